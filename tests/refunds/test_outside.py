"""Plans paid by an ERP or a person: moved there, told how it ended, and told it only once."""

from functools import partial
from uuid import uuid4

import pytest

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from refunds.models import RefundAttempt, RefundPlan
from refunds.operations import (
    due_attempts,
    due_plans,
    execute_plan,
    move_to_external,
    record_outcome,
    retry_plan,
    set_approval_rule,
)
from refunds.operations.outside import OutcomeKnown, ReferenceUsed
from refunds.policies import NotMovable, NotOutside, NotPayable
from tests.concurrency.threads import at_once
from tests.factories import line, make_customer, make_member, make_order, make_owner, make_seller
from tests.people import bearer, signed_in
from tests.refunds.conftest import paid_of, plan_for, sweep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound_money")]
TWO = [("voucher", 400), ("credit_card", 600)]


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def outside(settings):
    settings.PAYMENT_GATEWAY = "external"


def two_parts() -> RefundPlan:
    """10.00: 6.00 to the card (payment 2), 4.00 to the voucher (payment 1)."""
    return plan_for(make_order(lines=[line(None, 1, 1000)], payments=TWO))


def tell(plan, payment, actor, outcome="paid", reference="T-1", **more):
    return record_outcome(
        plan, payment=payment, outcome=outcome, reference=reference, actor=actor, **more
    )


@pytest.mark.usefixtures("outside")
class TestTelling:
    def test_a_plan_is_completed_when_all_of_its_parts_are_told_paid(self, owner):
        plan = two_parts()
        assert due_plans() == []
        tell(plan, 2, owner, reference="T-1")
        plan.refresh_from_db()
        assert plan.status == "processing"
        assert due_attempts() == []
        reserved = plan.parts.values_list("payment__refund_reserved", flat=True)
        assert sorted(reserved) == [400, 600]  # nobody else can promise the voucher's share
        tell(plan, 1, owner, reference="T-2", note="Voucher reloaded")
        plan.refresh_from_db()
        assert plan.status == "completed"
        attempts = RefundAttempt.objects.filter(part__plan=plan, status="succeeded")
        assert sorted(attempts.values_list("provider_reference", "answer")) == [
            ("T-1", ""),
            ("T-2", "Voucher reloaded"),
        ]
        noted = Event.objects.filter(type="refund_plan.outcome_recorded")
        assert {event.actor_user_id for event in noted} == {owner.user_id}

    def test_telling_the_same_again_changes_nothing(self, owner):
        plan = two_parts()
        for _ in range(3):
            tell(plan, 2, owner)
        assert RefundAttempt.objects.count() == 1
        with pytest.raises(OutcomeKnown):
            tell(plan, 2, owner, reference="T-2")
        with pytest.raises(OutcomeKnown):
            tell(plan, 2, owner, outcome="refused", reference="")

    def test_a_refusal_frees_the_money_and_may_be_tried_again(self, owner):
        plan = two_parts()
        for _ in range(2):
            tell(plan, 2, owner, outcome="refused", reference="", note="Account closed")
        part = plan.parts.get(payment__position=2)
        assert part.reserved_at is None
        plan.refresh_from_db()
        assert plan.status == "processing"  # the voucher is still to be told
        with pytest.raises(OutcomeKnown):
            tell(plan, 2, owner)
        tell(plan, 1, owner, reference="T-9")
        plan.refresh_from_db()
        assert (plan.status, plan.payable_at) == ("failed", None)
        retry_plan(plan, actor=owner)
        tell(plan, 2, owner, reference="T-10")
        plan.refresh_from_db()
        assert plan.status == "completed"
        numbers = RefundAttempt.objects.filter(part=part).values_list("attempt_no", "status")
        assert sorted(numbers) == [(1, "failed"), (2, "succeeded")]

    def test_one_payment_is_never_counted_for_two_refunds(self, owner):
        first, second = two_parts(), two_parts()
        tell(first, 2, owner, reference="T-1")
        with pytest.raises(ReferenceUsed):
            tell(second, 2, owner, reference="T-1")
        second.refresh_from_db()
        assert second.status == "approved"

    @pytest.mark.parametrize(
        ("payment", "outcome", "reference", "field"),
        [
            (3, "paid", "T-1", "payment"),
            (2, "paid", " ", "reference"),
            (2, "perhaps", "T-1", "outcome"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, owner, payment, outcome, reference, field):
        with pytest.raises(InvalidInput) as refused:
            tell(two_parts(), payment, owner, outcome=outcome, reference=reference)
        assert refused.value.field == field

    def test_only_what_may_be_paid_is_told(self, owner):
        waiting = plan_for(make_order(), status="waiting")
        on_receipt = plan_for(make_order(), payable_when="on_receipt")
        set_approval_rule(currency="EUR", amount=0, actor=owner)
        to_agree = plan_for(make_order())
        for plan in (waiting, on_receipt, to_agree):
            with pytest.raises(NotPayable):
                tell(plan, 1, owner)

    def test_only_managers_of_the_marketplace_tell(self):
        seller = make_seller()
        order = make_order(sellers=[seller])
        plan = plan_for(order)
        people = [make_owner("employee"), make_member(seller), make_customer(order), SYSTEM]
        for actor in people:
            with pytest.raises(NotAllowed):
                tell(plan, 1, actor)

    @pytest.mark.concurrency
    def test_told_by_many_at_once_it_is_paid_once(self, owner):
        for turn in range(5):
            plan = two_parts()
            same = [partial(tell, plan, 2, owner, reference=f"T-{turn}")] * 3
            other = partial(tell, plan, 2, owner, outcome="refused", reference="")
            results = at_once(*same, other)
            assert RefundAttempt.objects.filter(part__plan=plan).count() == 1
            assert all(isinstance(result, RefundPlan | OutcomeKnown) for result in results)


class TestMoving:
    def test_what_the_provider_refused_is_paid_by_somebody_else(self, provider, owner):
        plan = plan_for(make_order())
        with pytest.raises(NotOutside):
            tell(plan, 1, owner)
        provider.fail("refuse")
        execute_plan(plan_id=plan.pk)
        plan.refresh_from_db()
        move_to_external(plan, actor=owner)
        sweep()
        assert plan in RefundPlan.objects.to_pay_outside()
        tell(plan, 1, owner)
        plan.refresh_from_db()
        assert (plan.status, plan.gateway) == ("completed", "external")
        assert paid_of(provider, plan) == 0

    def test_nothing_that_is_under_way_is_moved(self, provider, owner):
        plan = plan_for(make_order())
        provider.fail("timeout_after_paying")
        execute_plan(plan_id=plan.pk)
        with pytest.raises(NotMovable):
            move_to_external(plan, actor=owner)

    @pytest.mark.concurrency
    def test_moving_against_the_executor_has_one_winner(self, provider, owner):
        for _turn in range(10):
            plan = plan_for(make_order())
            moved, _executed = at_once(
                partial(move_to_external, RefundPlan.objects.get(pk=plan.pk), actor=owner),
                partial(execute_plan, plan_id=plan.pk),
            )
            plan.refresh_from_db()
            if moved is None:
                assert (plan.status, plan.gateway) == ("approved", "external")
                assert paid_of(provider, plan) == 0
            else:
                assert (plan.status, plan.gateway) == ("completed", "simulator")


@pytest.mark.usefixtures("outside")
class TestDoors:
    def post(self, client, plan, actor, scope="refunds:write", key=None, **content):
        given = {"payment": 1, "outcome": "paid", "reference": "T-1"} | content
        return client.post(
            f"/api/v1/refund-plans/{plan.number}/outcomes/",
            given,
            content_type="application/json",
            headers=bearer(actor, scope) | {"Idempotency-Key": key or str(uuid4())},
        )

    def test_a_program_finds_what_is_to_pay_and_tells_how_it_ended(self, client, owner):
        plan = plan_for(make_order())
        found = client.get(
            "/api/v1/refund-plans/?queue=outside&gateway=external&status=approved",
            headers=bearer(owner, "refunds:read"),
        ).json()["results"]
        assert [row["number"] for row in found] == [plan.number]
        read = client.get(
            f"/api/v1/refund-plans/{plan.number}/", headers=bearer(owner, "refunds:read")
        ).json()
        assert [part["payment"] for part in read["parts"]] == [1]
        assert read["allowed_actions"] == ["record_outcome"]
        answer = self.post(client, plan, owner)
        assert answer.status_code == 201, answer.content
        assert answer.json()["status"] == "completed"
        again = self.post(client, plan, owner)  # another key, the same content
        assert again.status_code == 201
        assert RefundAttempt.objects.count() == 1

    def test_it_needs_the_scope_and_known_fields(self, client, owner):
        plan = plan_for(make_order())
        assert self.post(client, plan, owner, scope="refunds:read").status_code == 403
        assert self.post(client, plan, owner, amount=5).status_code == 400
        refused = self.post(client, plan, owner, reference="")
        assert (refused.status_code, "reference" in refused.content.decode()) == (400, True)
        plan.refresh_from_db()
        assert plan.status == "approved"

    def test_a_person_tells_it_on_a_page(self, client, owner):
        plan = two_parts()
        signed_in(client, owner)
        address = f"/owner/refund-plans/{plan.number}/outcomes/"
        assert "Credit card, 6.00 EUR" in client.get(address).content.decode()
        wrong = client.post(address, {"payment": 2, "outcome": "paid", "reference": ""})
        assert wrong.status_code == 422
        assert list(wrong.context["form"].errors) == ["reference"]
        done = client.post(address, {"payment": 2, "outcome": "paid", "reference": "T-1"})
        assert done["Location"] == f"/owner/refund-plans/{plan.number}/"
        assert "Credit card" not in client.get(address).content.decode()
        assert "Paid in part" in client.get(done["Location"]).content.decode()

    def test_the_page_says_why_nothing_can_be_told(self, client, owner):
        plan = plan_for(make_order(), status="waiting")
        page = signed_in(client, owner).get(f"/owner/refund-plans/{plan.number}/outcomes/")
        assert "may not be paid now" in page.content.decode()

    def test_the_owner_moves_a_plan_with_a_button(self, client, owner, settings):
        settings.PAYMENT_GATEWAY = "simulator"
        plan = plan_for(make_order(), payable_when="on_receipt")
        address = f"/owner/refund-plans/{plan.number}/"
        assert "Have it paid outside" in signed_in(client, owner).get(address).content.decode()
        client.post(f"{address}external/")
        plan.refresh_from_db()
        assert (plan.gateway, plan.payable_at) == ("external", None)
