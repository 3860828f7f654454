"""Mail that is owed once and sent after the commit, and the bell."""

import smtplib

import pytest
from django.core import mail as outbox
from django.db import transaction
from django.template import TemplateDoesNotExist
from django.test import override_settings

from core.accounts.models import User
from core.actors import Actor, Role
from core.notifications import operations
from core.notifications.models import Mail, Notification
from core.notifications.tasks import send
from core.notifications.wording import known_language, write_mail
from tests.core.test_events_at_once import at_once

pytestmark = pytest.mark.django_db

TEMPLATES = {
    "emails/probe.txt": (
        "{% extends 'emails/layout.txt' %}"
        "{% block subject %}Hello {{ name }}{% endblock %}"
        "{% block body %}Dear {{ name }},\n\n\n\n"
        "{{ at|date:'H:i' }} & more: {{ amount|plain_money:'EUR' }}"
        "{% endblock %}"
    ),
    "emails/probe.html": (
        "{% extends 'emails/layout.html' %}{% block body %}"
        "<p>Dear {{ name }}</p>"
        "{% include 'emails/_button.html' with url=base_url words='Look' %}"
        "<table class='facts'>{% include 'emails/_fact.html' with label='Order' value=name %}"
        "{% include 'emails/_amount.html' with label='Total' minor=1665 currency='EUR' total=1 %}"
        "</table>{% endblock %}"
    ),
    "emails/plain.txt": "Subject only\n\nText.",
    "notifications/probe.txt": "{{ units }} units of {{ order }}\n are not to be handed over.",
}


@pytest.fixture(autouse=True)
def templates(monkeypatch):
    """The texts above, beside the product's own."""
    from django.template import engines
    from django.template.loaders.locmem import Loader

    engine = engines["django"].engine
    loaders = [Loader(engine, TEMPLATES), *engine.template_loaders]
    monkeypatch.setitem(engine.__dict__, "template_loaders", loaders)


@pytest.fixture
def owe(doorbell):
    def owe(key="k1", **overrides) -> Mail | None:
        given = {
            "to": "ada@example.com",
            "template": "probe",
            "context": {"name": "Ada <b>", "amount": 1665},
            "language": "en",
            "dedupe_key": key,
            "order_id": 5,
            "seller_id": 7,
        }
        return operations.mail(**given | overrides)

    return owe


# -- Owing ----------------------------------------------------------------------------------


def test_a_mail_is_written_when_it_is_owed(owe):
    owed = owe()

    assert (owed.to, owed.status) == ("ada@example.com", "queued")
    assert (owed.order_id, owed.seller_id) == (5, 7)
    assert owed.subject == "Hello Ada <b>"
    assert "Dear Ada <b>," in owed.text
    assert "\n\n\n" not in owed.text
    assert "16.65 EUR" in owed.text
    assert "<h1>Hello Ada &lt;b&gt;</h1>" in owed.html
    assert "<b>" not in owed.html


def test_a_line_break_in_a_subject_starts_no_header(owe):
    owed = owe(context={"name": "Ada\r\nBcc: eve@example.com", "amount": 0})

    operations.send_mail(mail_id=owed.pk)

    assert owed.subject == "Hello Ada"
    assert "Bcc" not in outbox.outbox[0].message()


def test_one_mail_per_key_however_often_it_is_owed(owe):
    assert owe().pk == owe(to="else@example.com").pk
    assert owe("k2").pk != owe("k1").pk
    assert Mail.objects.count() == 2


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_one_mail_per_key_from_several_workers_at_once(owe):
    found = at_once(5, lambda: owe().pk)

    assert len(set(found)) == 1
    assert Mail.objects.count() == 1


def test_who_has_no_address_is_owed_nothing(owe):
    assert owe(to="") is None
    assert not Mail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_owes_no_mail(owe, doorbell):
    def act():
        owe()
        raise RuntimeError("the act failed after all")

    with pytest.raises(RuntimeError, match="after all"), transaction.atomic():
        act()

    assert not Mail.objects.exists()
    assert doorbell == []


@pytest.mark.django_db(transaction=True)
def test_the_doorbell_rings_after_the_commit(owe, doorbell):
    with transaction.atomic():
        owed = owe()
        assert doorbell == []

    assert doorbell == [("core.notifications.send", {"mail_id": owed.pk})]


def test_a_mail_without_html_is_plain_and_one_without_text_is_a_mistake(owe):
    assert owe(template="plain").html == ""
    with pytest.raises(TemplateDoesNotExist):
        owe("k2", template="no_such")


def test_the_reader_chooses_the_language(owe):
    assert [known_language(code) for code in ("de-AT", "pt-BR", "xx", "")] == [
        "de",
        "pt-br",
        "en",
        "en",
    ]
    words = write_mail("probe", {"name": "Ada", "amount": 1665}, "de")
    assert words.language == "de"
    assert '<html lang="de">' in words.html
    assert "16,65 EUR" in words.text


def test_the_reader_chooses_the_zone():
    from datetime import UTC, datetime

    at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    facts = {"name": "Ada", "at": at, "amount": 0}

    assert "12:00" in write_mail("probe", facts, "en", "America/Sao_Paulo").text
    assert "16:00" in write_mail("probe", facts, "en", "Europe/Berlin").text


def test_the_frame_needs_nothing_from_the_network(owe):
    html = owe().html

    for forbidden in ("<img", "<script", "<link", "url(", "@import", "style="):
        assert forbidden not in html


# -- Sending --------------------------------------------------------------------------------


def test_an_owed_mail_is_sent_once_with_both_texts(owe):
    owed = owe()

    for _ in range(3):
        operations.send_mail(mail_id=owed.pk)

    (message,) = outbox.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == owed.subject
    assert message.body == owed.text
    assert [kind for _, kind in message.alternatives] == ["text/html"]
    assert message.extra_headers["Message-ID"] == owed.message_id
    owed.refresh_from_db()
    assert (owed.status, owed.attempts) == ("sent", 1)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_one_mail(owe):
    owed = owe()

    at_once(5, lambda: operations.send_mail(mail_id=owed.pk))

    assert len(outbox.outbox) == 1


@pytest.fixture
def broken_server(monkeypatch):
    def refuse(self):
        raise smtplib.SMTPServerDisconnected("the server hung up")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)


def test_a_server_that_fails_is_asked_again_later_and_at_last_no_more(
    owe, broken_server, let_time_pass
):
    owed = owe()
    for attempt in range(1, 11):
        operations.send_mail(mail_id=owed.pk)
        operations.send_mail(mail_id=owed.pk)  # a second copy of the task: not due
        owed.refresh_from_db()
        assert owed.attempts == min(attempt, 8)
        for _ in range(3):
            let_time_pass(Mail, "next_attempt_at")

    assert owed.status == "failed"
    assert "hung up" in owed.last_error
    assert operations.owed_mail() == []


def test_the_sweeper_finds_mail_that_was_never_nudged(owe, doorbell, let_time_pass):
    from core.notifications.tasks import send_owed

    owed, sent = owe("k1"), owe("k2")
    operations.send_mail(mail_id=sent.pk)
    let_time_pass(Mail, "next_attempt_at")

    send_owed()

    assert doorbell == [("core.notifications.send", {"mail_id": owed.pk})]


# -- The bell -------------------------------------------------------------------------------


@pytest.fixture
def users(db):
    return [User.objects.create_user(f"{name}@example.com") for name in ("ada", "bo")]


def ring(users, key="n1", seller_id=7, role=Role.SELLER, **data):
    operations.notify(
        user_ids=[user.pk for user in users],
        role=role,
        seller_id=seller_id,
        template="probe",
        data={"units": 2, "order": "FH-1"} | data,
        url="/seller/orders/FH-1/",
        dedupe_key=key,
    )


def seen_by(user, seller_id=7, role=Role.SELLER) -> int:
    return operations.unread_count(Actor(role, user_id=user.pk, seller_id=seller_id))


def test_everybody_is_told_once(users):
    ring(users)
    ring(users)

    assert [seen_by(user) for user in users] == [1, 1]


def test_a_bell_belongs_to_a_person_a_surface_and_a_seller(users):
    ring(users[:1])

    assert seen_by(users[0]) == 1
    assert seen_by(users[1]) == 0
    assert seen_by(users[0], seller_id=8) == 0
    assert seen_by(users[0], role=Role.OWNER, seller_id=None) == 0
    assert operations.unread_count(None) == 0


def test_reading_some_or_all(users):
    for key in ("n1", "n2", "n3"):
        ring(users, key)
    actor = Actor(Role.SELLER, user_id=users[0].pk, seller_id=7)
    first = Notification.objects.visible_to(actor).newest().last()

    assert operations.mark_read(actor=actor, ids=[first.pk]) == 1
    assert operations.mark_read(actor=actor) == 2
    assert operations.mark_read(actor=actor) == 0
    assert (seen_by(users[0]), seen_by(users[1])) == (0, 3)


def test_only_the_owner_reads_mail(owe):
    owe()

    assert Mail.objects.visible_to(Actor(Role.OWNER)).count() == 1
    assert Mail.objects.visible_to(Actor(Role.SELLER, seller_id=7)).count() == 0
    assert Mail.objects.visible_to(Actor(Role.CUSTOMER, user_id=1)).count() == 0


# -- The demo's mail page -------------------------------------------------------------------


def test_outside_of_demo_mode_there_is_no_mail_page(client, owe):
    owed = owe()

    with override_settings(DEMO_MODE=False):
        answers = [
            client.get(f"/demo/mail/{tail}").status_code
            for tail in ("", f"{owed.pk}/", f"{owed.pk}/html/")
        ]

    assert answers == [404, 404, 404]


@override_settings(DEMO_MODE=True)
def test_in_demo_mode_everybody_reads_mail(client, owe):
    owed, other = owe(), owe("k2", to="bo@example.com")

    listed = client.get("/demo/mail/").content.decode()
    assert f"/demo/mail/{owed.pk}/" in listed
    assert "bo@example.com" in listed
    assert "<c-" not in listed
    found = client.get("/demo/mail/", {"to": "bo@"}).content.decode()
    assert f"/demo/mail/{other.pk}/" in found
    assert f"/demo/mail/{owed.pk}/" not in found

    read = client.get(f"/demo/mail/{owed.pk}/").content.decode()
    assert "Dear Ada &lt;b&gt;," in read

    shown = client.get(f"/demo/mail/{owed.pk}/html/")
    policy = shown.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert shown.content.decode() == owed.html


def test_a_lost_mail_is_due_again_only_when_its_task_must_have_ended():
    assert send.time_limit < operations.LEASE.total_seconds() <= 40
