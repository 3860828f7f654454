"""The simulator keeps its promises, or no proof that rests on it is worth anything."""

import threading
from uuid import uuid4

import httpx
import pytest

ASKED = {"amount": 1200, "currency": "EUR", "payment_reference": "p-1"}


@pytest.fixture
def call(provider):
    def refund(key, asked=None):
        return httpx.post(
            f"{provider.url}/refunds",
            headers={"Idempotency-Key": str(key)},
            json=asked or ASKED,
            trust_env=False,
            timeout=5,
        )

    return refund


def find(provider, key):
    return httpx.get(f"{provider.url}/refunds/{key}", trust_env=False)


def test_a_key_is_paid_once_and_answered_alike(provider, call):
    key = str(uuid4())
    first, second = call(key), call(key)
    assert first.status_code == 201
    assert first.json() == second.json() == find(provider, key).json()
    journal = provider.journal(key)
    assert journal["payouts_per_key"] == {key: 1}
    assert len(journal["calls"]) == 3


def test_a_key_cannot_be_used_for_another_refund(provider, call):
    key = str(uuid4())
    call(key)
    assert call(key, ASKED | {"amount": 1300}).status_code == 409
    assert provider.paid(key) == 1200


def test_calls_of_one_key_at_once_pay_once(provider, call):
    key = str(uuid4())
    threads = [threading.Thread(target=call, args=(key,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert provider.journal(key)["payouts_per_key"] == {key: 1}


def test_it_says_so_when_it_never_saw_a_key(provider):
    key = str(uuid4())
    answer = find(provider, key)
    assert (answer.status_code, answer.json()) == (404, {"status": "never_seen", "key": key})


def test_a_refusal_is_for_good(provider, call):
    key = str(uuid4())
    provider.fail("refuse")
    assert [call(key).status_code, call(key).status_code] == [402, 402]
    assert provider.paid(key) == 0


@pytest.mark.parametrize(
    ("fault", "paid"),
    [
        ("error_after_paying", 1200),
        ("error_before_paying", 0),
        ("drop_after_paying", 1200),
        ("drop_before_paying", 0),
        ("nonsense_after_paying", 1200),
    ],
)
def test_a_fault_happens_once_and_on_its_side_of_the_payout(provider, call, fault, paid):
    key = str(uuid4())
    provider.fail(fault)
    try:
        answer = call(key)
        assert answer.status_code == 500 or answer.json() == ["something", "else"]
    except httpx.HTTPError:
        assert fault.startswith("drop")
    assert provider.paid(key) == paid
    assert call(key).status_code == 201
    assert provider.paid(key) == 1200


def test_it_forgets_nothing_when_it_is_killed(provider, call):
    paid, after = str(uuid4()), str(uuid4())
    call(paid)
    provider.fail("error_after_paying")
    provider.kill()
    provider.start()
    assert find(provider, paid).json()["status"] == "succeeded"
    assert call(after).status_code == 500
    assert call(paid).status_code == 201
    assert provider.journal(paid)["payouts_per_key"] == {paid: 1}


def test_faults_by_chance_hit_some_calls_and_pay_each_key_once(provider, call):
    provider.fail_by_chance(0.5, seed=3, kinds=["error_after_paying"])
    keys = [str(uuid4()) for _ in range(24)]
    assert {call(key).status_code for key in keys} == {201, 500}
    assert {provider.paid(key) for key in keys} == {1200}


@pytest.mark.parametrize(
    "wrong", [{"amount": 0}, {"amount": "12"}, {"amount": True}, {"currency": "EURO"}]
)
def test_what_is_no_refund_is_refused(provider, call, wrong):
    key = str(uuid4())
    assert call(key, ASKED | wrong).status_code == 400
    assert provider.paid(key) == 0


def test_faults_it_does_not_know_are_refused(provider):
    answer = httpx.post(
        f"{provider.url}/faults", json={"queue": [{"kind": "explode"}]}, trust_env=False
    )
    assert answer.status_code == 400
