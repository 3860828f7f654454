"""What programs ask of returns, and how they are answered."""

from tests.people import Program

BOTH = ("returns:read", "returns:write")

EURO = "EUR"


def wanted(item="1.1", quantity=2, reason="not_as_described", **more) -> dict:
    return {"item": item, "quantity": quantity, "reason": reason, **more}


def ask(program: Program, *items: dict, **wishes) -> dict:
    answer = program.post("orders/FH-1/returns/", {"items": items or [wanted()], **wishes})
    assert answer.status_code == 201, answer.json()
    [made] = answer.json()["results"]
    assert answer["Location"].endswith(f"/api/v1/returns/{made['number']}/")
    return made


def done(answer) -> dict:
    assert answer.status_code == 201, answer.json()
    return answer.json()


def euro(amount: int) -> dict:
    return {"amount": amount, "currency": EURO}


def unit(item="1.1", condition="ok", quantity=1, disposition="restock", **more) -> dict:
    return {
        "item": item,
        "condition": condition,
        "quantity": quantity,
        "disposition": disposition,
        **more,
    }


def decision(outcome: str, **more) -> dict:
    return {
        "outcome": outcome,
        "fault": "carrier",
        "shipping_paid_by": "marketplace",
        "note": "Both pictures show it.",
        **more,
    }
