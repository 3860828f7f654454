"""What customer, seller, marketplace and carrier are told about a return: facts for mails and the
bell. Who hears of which event stands in `telling`; every letter is owed once per `once`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy

from core import formats
from core.accounts.models import MemberRank, StaffMember, User
from core.actors import Role
from core.notifications.operations import mail, notify
from orders.models import Case
from packages.models import Package
from returns.models import ReturnItem
from sellers.models import SellerMember

in_reader_time = lazy(formats.when, str)  # worded in the mail's language and time zone
SURFACES = {Role.CUSTOMER: "my", Role.SELLER: "seller", Role.OWNER: "owner"}
ANSWERERS = (MemberRank.MANAGER, MemberRank.ADMIN)


def case_of(case_id: int) -> Case:
    """A return with all that letters name."""
    related = ("order__customer__user", "seller", "return_request")
    return Case.objects.select_related(*related).get(pk=case_id)


def entries_of(case: Case, items: Sequence[int] | None = None) -> list[ReturnItem]:
    """The items of a return, or these of them."""
    entries = ReturnItem.objects.filter(case=case).order_by("pk")
    if items is not None:
        entries = entries.filter(item__in=items)
    return list(entries.select_related("item__line", "reason", "rejection"))


def write_to_customer(
    case: Case,
    template: str,
    *,
    once: int | str = "",
    entries: Iterable[ReturnItem] | None = None,
    own_act: bool = False,
    **more: Any,
) -> None:
    """Owe the customer one mail of this kind, in their language, and a line under their bell where
    they can sign in, unless it is their `own_act` that it confirms. `more` are facts besides
    those that every letter has; `once` tells letters of the same kind apart."""
    customer = case.order.customer
    if not own_act:
        ring(Role.CUSTOMER, case, f"my_{template}", once=once)
    user = customer.user
    mail(
        to=customer.email,
        template=template,
        context=_facts(case, entries, Role.CUSTOMER) | more,
        language=customer.language or (user.language if user else ""),
        time_zone=user.time_zone if user else "",
        dedupe_key=_key(template, case, Role.CUSTOMER, once),
        order_id=case.order_id,
        seller_id=case.seller_id,
    )


def write_to(
    role: Role,
    case: Case,
    template: str,
    *,
    once: int | str = "",
    entries: Iterable[ReturnItem] | None = None,
    **more: Any,
) -> None:
    """Owe a mail to everybody who answers for the seller, or for the marketplace."""
    facts = _facts(case, entries, role) | more
    for person in _people(role, case, ANSWERERS):
        zone = case.seller.time_zone if role is Role.SELLER else ""
        mail(
            to=person.email,
            template=template,
            context=facts,
            language=person.language,
            time_zone=person.time_zone or zone,
            dedupe_key=f"{_key(template, case, role, once)}:{person.pk}",
            order_id=case.order_id,
            seller_id=case.seller_id,
        )


def ring(
    role: Role,
    case: Case,
    template: str,
    *,
    once: int | str = "",
    everybody: bool = False,
    **data: Any,
) -> None:
    """Put a line under the bell of the customer, or of those who answer for the seller or the
    marketplace; of everybody who works there, where it is work for all."""
    notify(
        user_ids=[person.pk for person in _people(role, case, None if everybody else ANSWERERS)],
        role=role,
        seller_id=case.seller_id if role is Role.SELLER else None,
        template=template,
        data={"order": case.order.number, "case": case.number} | data,
        url=_address(role, case),
        order_id=case.order_id,
        dedupe_key=_key(template, case, role, once),
    )


def write_to_carriers(
    case: Case, template: str, entries: Sequence[ReturnItem], *, once: int
) -> None:
    """Owe a mail to each shipping company that brought one of these items, where it has given an
    address to write to. It reads of its parcels and of nobody's name."""
    packages = (
        Package.objects.filter(
            contents__item__in=[entry.item_id for entry in entries], contents__removed_at=None
        )
        .exclude(delivery_option=None)
        .select_related("delivery_option__company")
        .distinct()
        .order_by("pk")
    )
    parcels: dict[Any, list[Package]] = {}
    for package in packages:
        assert package.delivery_option is not None  # excluded above
        parcels.setdefault(package.delivery_option.company, []).append(package)
    for company, own in parcels.items():
        mail(
            to=company.contact_email,
            template=template,
            context={
                "company": company.name,
                "case_number": case.number,
                "order_number": case.order.number,
                "seller_name": case.seller.name,
                "lines": lines_of(entries),
                "parcels": [
                    {"number": one.number, "tracking_number": one.tracking_number} for one in own
                ],
            },
            language="",
            dedupe_key=_key(template, case, Role.CARRIER, f"{company.pk}:{once}"),
            order_id=case.order_id,
            seller_id=case.seller_id,
        )


def _key(template: str, case: Case, role: Role, once: int | str) -> str:
    return f"{template}:{case.pk}:{role}" + (f":{once}" if once else "")


def _facts(case: Case, entries: Iterable[ReturnItem] | None, role: Role) -> dict[str, Any]:
    order = case.order
    return {
        "case_number": case.number,
        "order_number": order.number,
        "origin": case.origin,
        "wish": case.return_request.wish,
        "pay_to": case.return_request.pay_to,
        "estimate": case.return_request.estimate,
        "currency": order.currency,
        "seller_name": case.seller.name,
        "customer_name": order.customer.first_name if role is Role.CUSTOMER else "",
        "for_customer": role is Role.CUSTOMER,
        "for_seller": role is Role.SELLER,
        "for_owner": role is Role.OWNER,
        "lines": lines_of(entries_of(case) if entries is None else entries),
        "case_url": settings.BASE_URL + _address(role, case),
        "order_url": settings.BASE_URL
        + reverse(f"{SURFACES[role]}:order_detail", args=[order.number]),
    }


def lines_of(entries: Iterable[ReturnItem]) -> list[dict[str, Any]]:
    """The items as letters list them."""
    return [
        {
            "name": entry.item.line.name,
            "quantity": entry.item.quantity,
            "reason": entry.reason.text,
            "rejection": entry.rejection.text if entry.rejection else "",
            "answer": entry.decision_note,
        }
        for entry in entries
    ]


def _address(role: Role, case: Case) -> str:
    return reverse(f"{SURFACES[role]}:case_detail", args=[case.number])


def _people(role: Role, case: Case, ranks: Sequence[str] | None) -> list[User]:
    if role is Role.CUSTOMER:
        user = case.order.customer.user
        return [user] if user and user.is_active else []
    members: Any = (
        StaffMember.objects.valid()
        if role is Role.OWNER
        else SellerMember.objects.valid().filter(seller=case.seller_id)
    )
    if ranks is not None:
        members = members.filter(rank__in=ranks)
    ids = members.values("user_id")
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))
