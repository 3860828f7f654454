"""The mutation run changes what it says, and one thing at a time."""

import pytest

from orders.models import OrderItem
from packages import policies
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.placing import place
from tests.mutation.runner import ROOT
from tests.mutation.targets import LEFT_OUT, TARGETS, TESTS

RULE = '''
"""A rule."""
ENDED = {"cancelled", "returned"}


def may(item, actor):
    """Why not."""
    if item.amount < 5 and actor.rank:
        return _("No words change")
    return None
'''


def test_each_change_is_one_change_and_none_is_made_twice():
    changes = [f"{m.place}: {m.before} → {m.after}" for m in mutants_of(RULE, "rule.py")]

    assert sorted(changes) == [
        ": 'cancelled' → 'cancelledx'",
        ": 'returned' → 'returnedx'",
        ": {'cancelled', 'returned'} → without 'cancelled'",
        ": {'cancelled', 'returned'} → without 'returned'",
        "may: 5 → 6",
        "may: if item.amount < 5 and actor.rank: … → if not (item.amount < 5 and actor.rank): …",
        "may: item.amount < 5 and actor.rank → True and actor.rank",
        "may: item.amount < 5 and actor.rank → item.amount < 5 and True",
        "may: item.amount < 5 and actor.rank → item.amount < 5 or actor.rank",
        "may: item.amount < 5 → item.amount <= 5",
        "may: item.amount < 5 → item.amount >= 5",
        "may: return _('No words change') → return None",
    ]


def mutant(file: str, place: str, after: str) -> Mutant:
    [found] = [
        mutant
        for mutant in mutants_of((ROOT / file).read_text(), file)
        if mutant.place == place and mutant.after == after
    ]
    return found


def test_a_mutated_function_is_what_everybody_calls(monkeypatch):
    held_elsewhere = policies.fits_carrier
    monkeypatch.setattr(held_elsewhere, "__code__", held_elsewhere.__code__)  # put back afterwards

    place(mutant("packages/policies.py", "fits_carrier", "tracking_number and pattern and True"))

    assert held_elsewhere("12", "[0-9]+") is not None


def test_a_mutated_property_and_a_mutated_table_too(monkeypatch):
    getter = OrderItem.quantity.fget
    monkeypatch.setattr(getter, "__code__", getter.__code__)
    monkeypatch.setattr(policies, "SENDERS", policies.SENDERS.copy())

    place(
        mutant("orders/models/items.py", "OrderItem.quantity", "self.last_unit + self.first_unit")
    )
    place(mutant("packages/policies.py", "", "without Role.OWNER"))

    assert OrderItem(first_unit=2, last_unit=3).quantity == 5
    assert {role.value for role in policies.SENDERS} == {"seller", "system"}


@pytest.mark.parametrize("file", TARGETS)
def test_every_module_has_mutants_and_tests(file):
    assert mutants_of((ROOT / file).read_text(), file)
    assert all((ROOT / test).exists() for test in (*TARGETS[file], *TESTS, *LEFT_OUT))
