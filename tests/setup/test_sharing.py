"""What takes longest begins first, and what the list of it names is there."""

from tests.plugins.sharing import LONGEST, ONE_PRODUCT, in_order, unit_of
from tests.setup.test_demo import embedded

ROOT = embedded.CHECKOUT


def test_the_journeys_through_the_product_stay_together():
    assert unit_of("tests/browser/test_exports.py::test_a") == ONE_PRODUCT
    assert unit_of("tests/lists/test_browser.py::test_a[x::y]") == "tests/lists/test_browser.py"


def test_known_ones_come_first_and_then_those_with_many_tests():
    units = {"tests/few.py": 2, "tests/many.py": 90, LONGEST[1]: 2, ONE_PRODUCT: 20}
    assert in_order(units) == [ONE_PRODUCT, LONGEST[1], "tests/many.py", "tests/few.py"]


def test_what_is_known_to_take_long_is_there():
    assert [unit for unit in LONGEST if not (ROOT / unit).exists()] == []
