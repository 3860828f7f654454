"""The client of the payment simulator (refunds/simulator/), over HTTP like any provider's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings

from refunds.gateway.outcome import Outcome, Result, refuse_inside_transaction

MOST_WORDS = 300


class Simulator:
    """Believes only answers that name our key, and our amount where money moved."""

    automatic = True
    remembers_keys_for = timedelta.max  # its journal forgets nothing

    def refund(self, *, amount: int, currency: str, key: UUID, payment_reference: str) -> Outcome:
        asked = {"amount": amount, "currency": currency, "payment_reference": payment_reference}
        answer = self._call("POST", "/refunds", headers={"Idempotency-Key": str(key)}, json=asked)
        if isinstance(answer, Outcome):
            return answer
        outcome = _outcome_of(answer, key)
        if outcome.result is Result.SUCCEEDED:
            told = _document_of(answer)
            if (told.get("amount"), told.get("currency")) != (amount, currency):
                return _unknown(f"Paid another amount than asked for: {answer.text}")
        return outcome

    def find(self, key: UUID) -> Outcome | None:
        answer = self._call("GET", f"/refunds/{key}")
        if isinstance(answer, Outcome):
            return answer
        told = _document_of(answer)
        # Only the provider's own words count: a proxy in between may answer 404 as well.
        if answer.status_code == 404 and told == {"status": "never_seen", "key": str(key)}:
            return None
        return _outcome_of(answer, key)

    def _call(self, method: str, path: str, **given: Any) -> httpx.Response | Outcome:
        refuse_inside_transaction()
        patience = httpx.Timeout(
            settings.GATEWAY_READ_SECONDS, connect=settings.GATEWAY_CONNECT_SECONDS
        )
        try:
            with httpx.Client(
                base_url=settings.SIMULATOR_URL, timeout=patience, trust_env=False
            ) as client:
                return client.request(method, path, **given)
        except httpx.HTTPError as error:
            return _unknown(f"{type(error).__name__}: {error}")


def _outcome_of(answer: httpx.Response, key: UUID) -> Outcome:
    told = _document_of(answer)
    if told.get("key") == str(key):
        words = str(told.get("message", ""))[:MOST_WORDS]
        reference = str(told.get("reference") or "")
        if answer.status_code in (200, 201) and told.get("status") == "succeeded" and reference:
            return Outcome(Result.SUCCEEDED, reference=reference[:120], words=words)
        if answer.status_code in (200, 402) and told.get("status") == "refused":
            return Outcome(Result.REFUSED, words=words)
    return _unknown(f"HTTP {answer.status_code}: {answer.text}")


def _document_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _unknown(words: str) -> Outcome:
    return Outcome(Result.UNKNOWN, words=words.replace("\x00", "")[:MOST_WORDS])
