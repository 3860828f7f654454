"""The page on which a customer asks."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.actors import SYSTEM
from orders.models import Case
from packages.operations import deliver_package, ship_package, start_packaging
from returns.models import ReturnEvidence, ReturnRequest
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_order,
    make_seller,
)
from tests.people import signed_in
from tests.returns.pages.typed import chosen, photo, text, words

pytestmark = pytest.mark.django_db


class TestAsking:
    def address(self, order) -> str:
        return reverse("my:return_new", args=[order.number])

    def test_each_item_says_which_applies(self, mine, customer):
        order = make_order(lines=[line(name="Mug"), line(name="Bowl")], number="FH-2")
        page = text(signed_in(mine, make_customer(order)).get(self.address(order)))
        assert "Can be cancelled" in page
        assert "Can be returned" not in page

    def test_the_last_day_is_said_before_anything_is_filled_in(self, mine, order):
        page = words(text(mine.get(self.address(order))))
        assert "Can be returned until" in page
        assert "14 days left" in page

    def test_the_estimate_is_line_by_line_and_writes_nothing(self, mine, order):
        mugs, _bowl = items_of(order)
        page = words(text(mine.post(self.address(order), chosen(mugs, 1) | {"preview": "1"})))
        assert "1 × " in page
        assert "12.50" in page  # 10.00 and half of the shipping
        assert not ReturnRequest.objects.exists()

    def test_the_estimate_waits_for_a_reason(self, mine, order):
        mugs, _bowl = items_of(order)
        page = text(mine.post(self.address(order), chosen(mugs, reason="") | {"preview": "1"}))
        assert "Choose a reason to see" in page

    def test_asking_with_a_photo(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        given = chosen(mugs, note="Cracked") | {f"files-{mugs.pk}": [photo()]}

        answer = mine.post(self.address(order), given)

        case = Case.objects.get(kind="return")
        assert answer["Location"] == reverse("my:case_detail", args=[case.number])
        assert case.return_request.estimate == 2500
        assert ReturnEvidence.objects.get().file.name == "crack.jpg"
        page = text(mine.get(answer["Location"]))
        assert "crack.jpg" in page
        assert "25.00" in page

    def test_photos_stay_when_something_else_is_wrong(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        given = chosen(mugs, accept="") | {f"files-{mugs.pk}": [photo()]}

        page = text(mine.post(self.address(order), given), 422)
        [key] = re.findall(rf'name="kept-files-{mugs.pk}" value="([^"]+)"', page)
        mine.post(self.address(order), chosen(mugs) | {f"kept-files-{mugs.pk}": key})

        assert str(ReturnEvidence.objects.get().file.key) == key

    def test_a_file_that_is_none_is_refused_beside_its_field(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        bad = SimpleUploadedFile("cat.jpg", b"<svg onload=alert(1)>", "image/jpeg")

        page = text(mine.post(self.address(order), chosen(mugs) | {f"files-{mugs.pk}": bad}), 422)

        assert "cat.jpg: This file cannot be kept" in page
        assert not ReturnRequest.objects.exists()

    def test_cancelling_and_returning_go_out_together(self, mine, customer, order):
        late = make_order(lines=[line(name="Mug"), line(make_seller("luma"), name="Lamp")])
        mug, lamp = items_of(late)
        package = start_packaging(order=late, items=[lamp], actor=SYSTEM)
        deliver_package(package=ship_package(package=package, actor=SYSTEM), actor=SYSTEM)
        person = signed_in(mine, make_customer(late))
        given = chosen(mug, reason="changed_mind") | chosen(lamp)

        answer = person.post(self.address(late), given)

        assert answer["Location"] == reverse("my:order_detail", args=[late.number])
        kinds = Case.objects.filter(order=late).order_by("kind").values_list("kind", flat=True)
        assert list(kinds) == ["cancel", "return"]

    def test_nothing_is_asked_when_one_of_them_is_refused(self, mine, order):
        mugs, bowl = items_of(order)
        given = chosen(mugs, 9) | chosen(bowl)
        page = text(mine.post(self.address(order), given), 422)
        assert "there are 2" in page
        assert not Case.objects.exists()

    def test_somebody_elses_order_is_not_there(self, client, order):
        stranger = signed_in(client, make_customer(make_order(number="FH-9")))
        assert stranger.get(self.address(order)).status_code == 404
