"""The pages of refunds and of the ledger in Chromium: accessible, and nothing is cut off."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from refunds.models import RefundPlan
from refunds.operations import execute_plan, refund_surplus, set_approval_rule
from tests.accessibility import faults
from tests.factories import line, make_member, make_order, make_owner, make_seller
from tests.people import signed_in
from tests.refunds.conftest import plan_for, sweep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder; none are kept without it


@pytest.fixture
def world(provider, monkeypatch):
    """One plan of each kind that has a page of its own look."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()
    owner, kiln = make_owner(), make_seller("kiln", name="Kiln & Clay Studio")
    order = make_order(
        number="FH-204815",
        lines=[
            line(kiln, 2, 1850, 370, 500, name="Stoneware mug, speckled"),
            line(kiln, 1, 4600, name="Serving bowl “Dune”, 28 cm"),
        ],
        payments=[("credit_card", 5000), ("voucher", 3500)],
    )
    mug, bowl = order.items.order_by("pk")
    paid = plan_for(order, {mug.pk: 2})
    sweep()
    refused = plan_for(order, {bowl.pk: 1})
    provider.fail("refuse")
    execute_plan(plan_id=refused.pk)
    surplus = refund_surplus(order=order, amount=10, actor=owner)
    set_approval_rule(currency="EUR", amount=5000, actor=owner)
    large = plan_for(make_order(lines=[line(kiln, 1, 25_000)], number="FH-204816"))
    outside = plan_for(make_order(sellers=[kiln], number="FH-204817"))
    RefundPlan.objects.filter(pk=outside.pk).update(gateway="external")
    return {
        "owner": owner,
        "seller": make_member(kiln),
        "pages": {
            "owner": {
                "list": "refund-plans/",
                "stuck": "refund-plans/?queue=stuck",
                "nothing": "refund-plans/?search=nothing",
                "paid": f"refund-plans/{paid.number}/",
                "refused": f"refund-plans/{refused.number}/",
                "surplus": f"refund-plans/{surplus.number}/",
                "second-person": f"refund-plans/{large.number}/",
                "outcome": f"refund-plans/{outside.number}/outcomes/",
                "surplus-form": f"orders/{order.number}/surplus-refund/",
                "rules": "settings/refund-approval/",
                "ledger": "ledger/",
            },
            "seller": {
                "list": "refund-plans/",
                "refused": f"refund-plans/{refused.number}/",
                "ledger": "ledger/",
            },
        },
    }


@pytest.fixture
def opened(open_page, live_server, world):
    def open_(surface: str, **options):
        page = open_page(**options)
        cookie = signed_in(Client(), world[surface]).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        return page

    return open_


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
@pytest.mark.parametrize("surface", ["owner", "seller"])
def test_the_pages_are_accessible_and_nothing_is_cut_off(opened, world, surface, width, scheme):
    page = opened(surface, viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong = []
    for name, path in world["pages"][surface].items():
        answer = page.goto(f"/{surface}/{path}")
        assert answer.status == 200, path
        if SCREENSHOTS:
            file = Path(SCREENSHOTS) / f"{surface}-{name}-{width}-{scheme}.png"
            page.screenshot(path=file, full_page=True)
        wrong += faults(page, name)
    assert not wrong, "\n".join(wrong)


def test_the_second_person_agrees_by_keyboard(opened, world):
    page = opened("owner")
    page.goto(f"/owner/{world['pages']['owner']['second-person']}")
    button = page.get_by_role("button", name="Approve as second person")
    button.focus()
    page.keyboard.press("Enter")
    agree = page.get_by_role("button", name="Approve and pay")
    agree.wait_for()
    agree.focus()
    page.keyboard.press("Enter")
    page.get_by_text("is approved by a second person and will be paid.").wait_for()
    plan = RefundPlan.objects.get(order__number="FH-204816")
    assert plan.second_approved_by_id == world["owner"].user_id
