"""Webhooks of the provider: only signed ones, once each, whenever they come."""

import base64
import json
import time
from functools import partial

import httpx
import pytest

from refunds.gateway import Outcome, Result
from refunds.models import ProviderMessage, RefundAttempt, RefundPlan
from refunds.operations import execute_plan, reconcile_attempt, take_message
from refunds.operations.settling import settle_attempt
from refunds.webhook_signature import TOLERANCE, BadSignature, sign, verify
from tests.concurrency.threads import at_once
from tests.factories import make_order, make_owner
from tests.people import signed_in
from tests.refunds.conftest import let_time_pass, paid_of, plan_for, settle_everything

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound_money")]
SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a test secret").decode()
ADDRESS = "/api/v1/provider-webhooks/simulator/"
NOW = 1_700_000_000


@pytest.fixture(autouse=True)
def secret(settings):
    settings.SIMULATOR_WEBHOOK_SECRET = SECRET


@pytest.fixture
def sent(provider):
    """A plan whose attempt was paid, while the answer was lost."""
    plan = plan_for(make_order())
    provider.fail("drop_after_paying")
    execute_plan(plan_id=plan.pk)
    return RefundAttempt.objects.select_related("part").get(part__plan=plan, status="unknown")


def told(attempt, kind="refund.succeeded", **changed) -> dict:
    data = {
        "key": str(attempt.idempotency_key),
        "amount": attempt.part.amount,
        "currency": "EUR",
        "reference": f"sim-{attempt.idempotency_key}",
        "message": "Paid back.",
    }
    return {"type": kind, "data": data | changed}


def post(client, document, event_id="evt_1", moment=None, secret=SECRET, body=None):
    body = json.dumps(document).encode() if body is None else body
    moment = int(time.time()) if moment is None else moment
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, event_id, moment, body),
    }
    return client.post(ADDRESS, body, content_type="application/json", headers=headers)


def verdicts() -> list[str]:
    return list(ProviderMessage.objects.order_by("pk").values_list("verdict", flat=True))


class TestSignature:
    def headers(self, body=b"{}", **changed):
        signature = sign(SECRET, "evt_1", NOW, body)
        given = {"id": "evt_1", "timestamp": str(NOW), "signature": signature} | changed
        return {f"webhook-{name}": value for name, value in given.items()}

    def test_a_known_vector(self):
        """The example of the Standard Webhooks libraries."""
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        body = b'{"test": 2432232314}'
        signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    @pytest.mark.parametrize("off", [-TOLERANCE, 0, TOLERANCE])
    def test_what_is_signed_and_on_time_is_taken(self, off):
        assert verify(SECRET, self.headers(), b"{}", NOW + off) == "evt_1"

    def test_one_of_several_signatures_is_enough(self):
        both = "v1,AAAA " + sign(SECRET, "evt_1", NOW, b"{}")
        assert verify(SECRET, self.headers(signature=both), b"{}", NOW) == "evt_1"

    @pytest.mark.parametrize(
        "changed",
        [
            {"signature": ""},
            {"signature": "v1,AAAA"},
            {"signature": "v1,\xe9"},
            {"id": "evt_2"},
            {"id": ""},
            {"timestamp": str(NOW + 1)},
            {"timestamp": "soon"},
            {"timestamp": "9" * 40},
        ],
    )
    def test_anything_else_is_not(self, changed):
        with pytest.raises(BadSignature):
            verify(SECRET, self.headers(**changed), b"{}", NOW)

    @pytest.mark.parametrize("now", [NOW - TOLERANCE - 1, NOW + TOLERANCE + 1])
    def test_too_late_or_too_early(self, now):
        with pytest.raises(BadSignature, match="too long ago"):
            verify(SECRET, self.headers(), b"{}", now)

    def test_another_body(self):
        with pytest.raises(BadSignature):
            verify(SECRET, self.headers(), b"{} ", NOW)


class TestDoor:
    def test_a_signed_message_settles_the_attempt(self, client, sent):
        assert post(client, told(sent)).status_code == 204
        sent.refresh_from_db()
        assert (sent.status, sent.answer) == ("succeeded", "Paid back.")
        assert RefundPlan.objects.get().status == "completed"
        assert verdicts() == ["booked"]

    def test_a_duplicate_is_taken_and_does_nothing(self, client, sent):
        for _ in range(3):
            assert post(client, told(sent)).status_code == 204
        assert verdicts() == ["booked"]
        assert post(client, told(sent), event_id="evt_2").status_code == 204
        assert verdicts() == ["booked", "known"]

    @pytest.mark.parametrize("wrong", ["secret", "old", "none"])
    def test_nothing_unsigned_is_taken(self, client, sent, wrong):
        if wrong == "secret":
            other = "whsec_" + base64.b64encode(b"another secret of many bytes").decode()
            answer = post(client, told(sent), secret=other)
        elif wrong == "old":
            answer = post(client, told(sent), moment=int(time.time()) - TOLERANCE - 5)
        else:
            answer = client.post(ADDRESS, told(sent), content_type="application/json")
        assert answer.status_code == 401
        assert answer.json()["code"] == "bad_signature"
        assert verdicts() == []
        sent.refresh_from_db()
        assert sent.status == "unknown"

    @pytest.mark.parametrize("body", [b"[]", b"{", b'{"type": "a\\u0000b"}'])
    def test_what_is_no_document_is_refused(self, client, body):
        assert post(client, None, body=body).status_code == 400
        assert verdicts() == []

    def test_without_a_secret_there_is_no_door(self, client, settings):
        settings.SIMULATOR_WEBHOOK_SECRET = ""
        assert post(client, {}).status_code == 404

    def test_a_key_that_is_not_ours_is_kept_for_a_person(self, client, sent):
        other = {"key": "2b1f1d9e-0000-4000-8000-000000000000"}
        assert post(client, told(sent, **other)).status_code == 204
        assert post(client, told(sent, key="nonsense"), event_id="evt_2").status_code == 204
        assert post(client, {"type": "payout.paid"}, event_id="evt_3").status_code == 204
        assert verdicts() == ["unknown_key", "unknown_key", "ignored"]
        sent.refresh_from_db()
        assert sent.status == "unknown"
        page = signed_in(client, make_owner()).get("/owner/refund-plans/?queue=stuck")
        assert other["key"] in page.content.decode()

    @pytest.mark.parametrize(
        "changed", [{"amount": 1}, {"currency": "BRL"}, {"reference": ""}, {"amount": "2500"}]
    )
    def test_what_contradicts_the_refund_books_nothing(self, client, sent, changed):
        post(client, told(sent, **changed))
        assert verdicts() == ["contradicts"]
        sent.refresh_from_db()
        assert sent.status == "unknown"

    def test_another_end_than_the_one_we_know_is_kept_for_a_person(self, client, sent):
        post(client, told(sent))
        post(client, told(sent, "refund.refused"), event_id="evt_2")
        assert verdicts() == ["booked", "contradicts"]
        sent.refresh_from_db()
        assert sent.status == "succeeded"

    def test_a_refusal_frees_the_money(self, client, provider):
        plan = plan_for(make_order())
        provider.fail("error_before_paying")
        execute_plan(plan_id=plan.pk)
        attempt = RefundAttempt.objects.select_related("part").get()
        post(client, told(attempt, "refund.refused", message="Account closed"))
        plan.refresh_from_db()
        assert plan.status == "failed"
        assert plan.parts.get().payment.refund_reserved == 0


@pytest.mark.concurrency
def test_message_reconciler_and_executor_at_once_pay_and_book_once(provider):
    """Each round all of them hold the same end; whoever is first writes it down."""
    for turn in range(8):
        plan = plan_for(make_order())
        provider.fail("drop_after_paying")
        execute_plan(plan_id=plan.pk)
        attempt = RefundAttempt.objects.select_related("part").get(part__plan=plan)
        document, key = told(attempt), str(attempt.idempotency_key)
        answer = Outcome(Result.SUCCEEDED, reference=f"sim-{key}")
        let_time_pass()
        message = partial(take_message, gateway="simulator", document=document)
        results = at_once(
            partial(message, event_id=f"evt_{turn}"),
            partial(message, event_id=f"evt_{turn}"),
            partial(message, event_id=f"other_{turn}"),
            partial(reconcile_attempt, attempt_id=attempt.pk),
            partial(settle_attempt, attempt_id=attempt.pk, outcome=answer),
            partial(execute_plan, plan_id=plan.pk),
        )
        assert {message.verdict for message in results[:3]} <= {"booked", "known"}
        plan.refresh_from_db()
        assert plan.status == "completed"
        assert paid_of(provider, plan) == plan.total
    assert ProviderMessage.objects.count() == 16


@pytest.mark.parametrize("mode", ["once", "twice", "late", "early", "none"])
@pytest.mark.parametrize("fault", ["", "timeout_after_paying"])
def test_the_simulators_own_webhooks(provider, live_server, mode, fault):
    """Whatever it does with them, every plan is paid once and every message finds its refund."""
    hook = {"url": live_server.url + ADDRESS, "secret": SECRET, "mode": mode, "seconds": 0.3}
    answer = httpx.post(f"{provider.url}/webhooks", json=hook, trust_env=False)
    assert answer.status_code == 200
    try:
        plan = plan_for(make_order())
        if fault:
            provider.fail(fault)
        execute_plan(plan_id=plan.pk)
        expected = 0 if mode == "none" else 1
        wait_for(lambda: ProviderMessage.objects.count() == expected)
        settle_everything()
        plan.refresh_from_db()
        assert plan.status == "completed"
        assert paid_of(provider, plan) == plan.total
        assert set(verdicts()) <= {"booked", "known"}
        if mode == "early" or (fault and mode != "none"):
            assert verdicts() == ["booked"]  # before any answer was there
    finally:
        httpx.post(f"{provider.url}/webhooks", json={"mode": "none"}, trust_env=False)
        time.sleep(0.2)  # a second copy may still be on its way


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_simulator_refuses_a_mode_or_secret_that_is_none(provider):
    for wrong in ({"mode": "sometimes"}, {"url": "http://x", "secret": "short"}, {"sekret": "x"}):
        answer = httpx.post(f"{provider.url}/webhooks", json=wrong, trust_env=False)
        assert answer.status_code == 400
