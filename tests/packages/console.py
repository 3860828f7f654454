"""What the tests of the Packages pages do again and again."""

from django.utils import timezone

from core.actors import SYSTEM
from orders.models import OrderItem
from packages.models import Package
from packages.operations import remove_items, start_packaging
from tests.factories import items_of, line, make_case, make_order

HTMX = {"HX-Request": "true"}


def packed(seller=None, *, quantity=1, name="Stoneware mug", **order) -> Package:
    order = make_order(lines=[line(seller, quantity, name=name)], **order)
    return start_packaging(order=order, items=items_of(order), actor=SYSTEM)


def text(response, status=200) -> str:
    page = response.content.decode()
    assert response.status_code == status, page[:3000]
    assert "<c-" not in page
    assert "style=" not in page
    return page


def say(client, address, follow=True, **data):
    return client.post(address, {"form_key": "one", **data}, follow=follow)


def numbers_in(page: str) -> list[str]:
    """The package numbers of the list, in its order."""
    found = Package.objects.values_list("number", flat=True)
    return sorted(
        (one for one in found if f">{one}</a>" in page), key=lambda one: page.index(f">{one}</a>")
    )


def reload(package: Package) -> Package:
    return Package.objects.get(pk=package.pk)


def cancelled_by_customer(package: Package, name: str | None = None) -> None:
    """As cancellations do it: the items end and leave their package."""
    order = package.order
    items = [item for item in items_of(order) if name in (None, item.line.name)]
    case, items = make_case(order, {item.pk: item.quantity for item in items})
    type(case).objects.filter(pk=case.pk).update(status="approved", decided_at=timezone.now())
    OrderItem.objects.filter(pk__in=[item.pk for item in items]).update(
        status="cancelled", open_case=None
    )
    remove_items(order=order, items=items, actor=SYSTEM)
