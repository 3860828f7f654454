"""Who gets the file, and for how long."""

import codecs
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.accounts.models import StaffMember
from core.actors import Rank
from core.events.models import Event
from core.exports import writing
from core.exports.models import Export
from core.exports.operations import download, remove_outdated
from core.exports.policies import ExportGone, NotReady
from core.notifications.models import Mail, Notification
from sellers.models import SellerMember
from tests.exports import sample
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.people import renewed, signed_in, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(start, made):
    sample.fill(2)
    return made(start(columns=["position"]))


def file_url(export: Export) -> str:
    return f"/{export.actor_role}/exports/{export.number}/file/"


def content_of(response) -> bytes:
    return b"".join(response.streaming_content)


class TestThroughThePage:
    def test_it_comes_whole_with_its_name_and_cannot_act(self, client, owner, export):
        response = signed_in(client, owner).get(file_url(export))

        assert content_of(response) == codecs.BOM_UTF8 + b"Position\n2\n1\n"
        assert response["Content-Length"] == "16" == str(export.size)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"] == f'attachment; filename="{export.file_name}"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "private" in response["Cache-Control"]
        assert Export.objects.get().downloads == 1
        told = Event.objects.filter(type="job.downloaded", subject_id=export.job_id)
        assert told.get().actor_user_id == owner.user_id

    def test_whoever_has_it_already_is_asked_who_they_are_and_gets_a_304(
        self, client, owner, export
    ):
        signed_in(client, owner)
        etag = client.head(file_url(export))["ETag"]

        again = client.get(file_url(export), headers={"If-None-Match": etag})

        assert again.status_code == 304
        assert Export.objects.get().downloads == 0

    def test_somebody_who_is_not_signed_in_is_led_there_through_the_sign_in(self, export):
        address = f"/owner/exports/{export.number}/download/"

        response = Client().get(address)

        assert response.status_code == 302
        assert response["Location"].endswith(f"next={address}")

    def test_nobody_else_has_such_an_export(self, client, export):
        colleague = make_owner()

        assert signed_in(client, colleague).get(file_url(export)).status_code == 404

    def test_a_colleague_at_the_same_seller_has_no_such_export_either(self, client, start, made):
        seller = make_seller()
        make_order(sellers=[seller])
        member, colleague = make_member(seller), make_member(seller)
        export = made(start(actor=member, source="orders", columns=["order_number"]))

        assert signed_in(client, member).get(file_url(export)).status_code == 200
        assert signed_in(Client(), colleague).get(file_url(export)).status_code == 404

    def test_a_removed_member_gets_nothing(self, client, start, made):
        seller = make_seller()
        member = make_member(seller)
        export = made(start(actor=member, source="orders", columns=["order_number"]))
        SellerMember.objects.filter(user_id=member.user_id).update(valid_to=timezone.now())

        assert signed_in(client, member).get(file_url(export)).status_code == 404

    def test_a_member_of_lower_rank_is_refused(self, client, owner, export):
        StaffMember.objects.filter(user_id=owner.user_id).update(rank=Rank.EMPLOYEE)

        assert signed_in(client, owner).get(file_url(export)).status_code == 403
        assert Export.objects.get().downloads == 0

    def test_an_expired_link_says_so(self, client, owner, export):
        expired(export)

        assert signed_in(client, owner).get(file_url(export)).status_code == 410

    def test_the_web_server_in_front_may_send_it(self, client, owner, export, settings):
        settings.EXPORT_ACCEL_LOCATION = "/private-files/"

        response = signed_in(client, owner).get(file_url(export))

        assert response["X-Accel-Redirect"] == f"/private-files/exports/{export.number}/file"
        assert export.file_name in response["Content-Disposition"]
        assert response.content == b""


def expired(export: Export) -> None:
    week = timedelta(days=7, seconds=1)
    Export.objects.filter(pk=export.pk).update(
        ready_at=export.ready_at - week, expires_at=export.expires_at - week
    )
    export.refresh_from_db()


class TestForSomeDays:
    def test_a_file_that_is_not_there_yet(self, start, owner):
        with pytest.raises(NotReady):
            download(start(), owner)

    def test_an_expired_one_is_refused_before_it_is_removed(self, owner, export):
        expired(export)

        with pytest.raises(ExportGone) as refusal:
            download(export, owner)

        assert refusal.value.allowed == ["retry"]
        assert writing.file_of(export.number).exists()

    def test_it_is_removed_then_and_only_then(self, export, start, made):
        fresh = made(start())
        expired(export)

        assert remove_outdated() == 1
        assert remove_outdated() == 0

        assert not writing.folder_of(export.number).exists()
        assert writing.file_of(fresh.number).exists()
        export.refresh_from_db()
        assert export.removed_at is not None

    def test_a_file_that_was_lost_is_not_an_error_page(self, client, owner, export):
        writing.file_of(export.number).unlink()

        assert signed_in(client, owner).get(file_url(export)).status_code == 410


class TestWhatIsTold:
    def tell(self, export: Export) -> None:
        from core.events import operations

        for delivery_id in operations.owed_of(
            event_id=Event.objects.filter(subject_type="job", subject_id=export.job_id)
            .latest("seq")
            .pk
        ):
            operations.deliver(delivery_id=delivery_id)

    def test_ready_is_a_mail_with_a_link_and_a_line_under_the_bell(self, owner, export):
        self.tell(export)
        self.tell(export)

        mail, line = Mail.objects.get(), Notification.objects.get()
        assert mail.to == user_of(owner).email
        assert mail.subject == "Your export is ready: Probe rows"
        assert f"/owner/exports/{export.number}/download/" in mail.text
        assert "2 rows" in mail.text
        assert (line.user_id, line.role) == (owner.user_id, "owner")
        assert line.url == f"/owner/exports/{export.number}/"

    def test_failed_says_why(self, start, made, monkeypatch):
        monkeypatch.setattr("core.exports.writing.opened_part", _gone)
        sample.fill(1)
        export = made(start())

        self.tell(export)

        assert "no part" in Mail.objects.get().text
        assert Notification.objects.get().template == "export_failed"

    def test_a_cancelled_one_is_not_told_of(self, start, owner):
        from core.jobs.operations import request_cancel

        export = start()
        request_cancel(export.job, actor=owner)

        self.tell(export)

        assert not Mail.objects.exists()

    def test_who_was_asked_again_is_who_they_are_now(self, owner, export):
        assert download(export, renewed(owner)).name == export.file_name


def _gone(_part):
    raise writing.PartLost("no part")
