"""A load that fails leaves an empty database with all its rules; a killed one is cleared away."""

import pytest
from django.utils import timezone

from core.accounts.models import User
from finance.models import LedgerEntry
from marketplace.seed import filling
from marketplace.seed.cast import PEOPLE_AT
from marketplace.seed.filling import fill
from marketplace.seed.sheets import TABLES, Sheets
from marketplace.seed.structure import is_held_back
from orders.models import Order
from sellers.models import Seller
from tests.setup.seeding import shape, structure

pytestmark = pytest.mark.django_db(transaction=True)


class PowerCut(Exception):
    pass


def test_a_load_that_fails_leaves_an_empty_database_with_all_its_rules(monkeypatch):
    before, write = structure(), Sheets.write

    def writes_half(self):
        write(self)
        raise PowerCut

    monkeypatch.setattr(Sheets, "write", writes_half)
    with pytest.raises(PowerCut):
        fill(shape(), processes=1)

    assert structure() == before
    assert not is_held_back()
    assert not any(model.objects.exists() for model in (*TABLES, Seller))
    assert not User.objects.filter(email__endswith=PEOPLE_AT).exists()


def test_a_load_that_was_killed_is_cleared_away_by_the_next_one(monkeypatch):
    before = structure()
    with monkeypatch.context() as killed:
        killed.setattr(filling, "_clear", lambda _processes: None)
        killed.setattr(filling, "put_back", _killed)
        with pytest.raises(PowerCut):
            fill(shape(), processes=1)
    assert is_held_back()
    assert structure() != before

    fill(shape(seed=5, now=timezone.now()), processes=2)

    assert structure() == before
    assert Order.objects.count() == 300


def _killed(**_how):
    raise PowerCut


def test_rows_that_break_a_rule_do_not_get_in(monkeypatch):
    """Triggers are off while rows come in: what they would have refused is looked for."""
    write = Sheets.write

    def loses_an_entry(self):
        del self.rows[LedgerEntry][0]
        write(self)

    monkeypatch.setattr(Sheets, "write", loses_an_entry)
    with pytest.raises(ValueError, match="does not balance"):
        fill(shape(), processes=1)

    assert not Order.objects.exists()
