"""Who may open what: one row per route. A route without a row fails the tests.

    "owner:order_detail": Row(may={OWNER, OWNER_EMPLOYEE}, of="order"),

may:     the people who get an answer; everybody else gets 404, the same as for a thing missing
refused: those who see that the thing exists but lack the rank: 403
of:      whose key fills the address (`World.keys` in test_permission_matrix.py); for such routes
         a key of nothing is 404 for everybody
method:  "post" for acts (a route that has both takes a second row, "post api:order_list");
         `content(world)` is a body that can be meant, where 404 comes after 400

The people, all of one order of two sellers of which one is `SELLER`'s:
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NOBODY = "nobody"  # not signed in: to the sign-in page, or 401; never in a row
STRANGER = "stranger"  # signed in, no order, no membership
CUSTOMER = "customer"  # the order is theirs
SELLER = "seller"  # Admin of the order's seller
SELLER_EMPLOYEE = "seller_employee"
FOREIGN_SELLER = "foreign_seller"  # Admin of a seller who has nothing to do with the order
OWNER = "owner"  # Admin of the marketplace
OWNER_EMPLOYEE = "owner_employee"

CUSTOMERS = frozenset({STRANGER, CUSTOMER})
SELLERS = frozenset({SELLER, SELLER_EMPLOYEE, FOREIGN_SELLER})
OWN_SELLERS = frozenset({SELLER, SELLER_EMPLOYEE})
OWNERS = frozenset({OWNER, OWNER_EMPLOYEE})
EVERYBODY = CUSTOMERS | SELLERS | OWNERS
PEOPLE = sorted(EVERYBODY)
ADMINS = frozenset({SELLER, FOREIGN_SELLER, OWNER})


@dataclass(frozen=True)
class Row:
    may: frozenset[str] | set[str]
    refused: frozenset[str] | set[str] = frozenset()
    of: str = ""
    method: str = "get"
    content: Callable[[Any], dict] | None = field(default=None, compare=False)


# -- Without signing in: each of these says so in its view (`login_not_required`) ------------

PUBLIC = {
    "healthz",
    "readyz",
    "metrics",  # asks for METRICS_TOKEN itself
    "theme",
    "design",  # outside demo and debug mode it does not exist
    "demo_mail",  # as are these three
    "demo_mail_detail",
    "demo_mail_html",
    "openapi",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # closed, and says so
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_request_login_code",
    "account_confirm_login_code",
    "mfa_authenticate",
}

# -- Open to whoever can sign: payment providers ----------------------------------------------

SIGNED = {"api:provider_webhook"}

# -- One's own account, whoever one is: nothing of anybody else is behind these ---------------

OWN_ACCOUNT = {
    "home",
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}

# -- Pages ----------------------------------------------------------------------------------

OWN_ADMIN = {"may": {SELLER}, "refused": {SELLER_EMPLOYEE}}
SELLER_ADMINS = {"may": {SELLER, FOREIGN_SELLER}, "refused": {SELLER_EMPLOYEE}}
OWNER_ADMIN = {"may": {OWNER}, "refused": {OWNER_EMPLOYEE}}


def bulk(_world) -> dict:
    return {"action": "ready", "numbers": ["P-none"]}


def packing(world) -> dict:
    return {"order": world.keys["order"]["number"]}


CUSTOMER_PAGES = {
    "my:overview": Row(EVERYBODY),
    "my:palette": Row(EVERYBODY),
    "my:order_list": Row(EVERYBODY),
    "my:order_detail": Row({CUSTOMER}, of="order"),
    "my:cancellation_create": Row({CUSTOMER}, of="order"),
    "my:case_detail": Row({CUSTOMER}, of="case"),
    # No invoice was handed in: there is nothing to have. Who gets one: test_pages.
    "my:package_invoice_file": Row(frozenset(), of="package"),
    "my:cancellation_withdrawal": Row({CUSTOMER}, of="case", method="post"),
    "my:notification_list": Row(EVERYBODY),
    "my:notifications_read": Row(EVERYBODY, method="post"),
    "my:notification": Row({CUSTOMER}, of="customer_notification"),
}
SELLER_PAGES = {
    "seller:overview": Row(SELLERS),
    "seller:palette": Row(SELLERS),
    "seller:choose": Row(SELLERS),
    "seller:order_list": Row(SELLERS),
    "seller:order_tabs": Row(SELLERS),
    "seller:order_detail": Row(OWN_SELLERS, of="order"),
    "seller:order_transaction": Row(**OWN_ADMIN, of="order"),
    "post seller:order_transaction": Row(**OWN_ADMIN, of="order", method="post"),
    "seller:orders_cancel": Row(**SELLER_ADMINS),
    "post seller:orders_cancel": Row(**SELLER_ADMINS, method="post"),
    "seller:package_paper": Row(SELLERS),
    "post seller:package_paper": Row(SELLERS, method="post"),
    "seller:package_list": Row(SELLERS),
    "seller:package_preparing": Row(SELLERS),
    "seller:package_shipped": Row(SELLERS),
    "seller:package_to_pack": Row(SELLERS),
    "seller:package_tabs": Row(SELLERS),
    "seller:package_tracking": Row(SELLERS),
    "post seller:package_tracking": Row(SELLERS, method="post"),
    "seller:package_bulk": Row(SELLERS, method="post", content=bulk),
    "seller:package_pack": Row(OWN_SELLERS, method="post", content=packing),
    "seller:package_detail": Row(OWN_SELLERS, of="package"),
    "seller:package_split": Row(OWN_SELLERS, of="package"),
    "seller:package_move": Row(OWN_SELLERS, of="package"),
    "seller:package_invoice": Row(OWN_SELLERS, of="package"),
    "seller:package_ready": Row(OWN_SELLERS, of="package"),
    "seller:package_ship": Row(OWN_SELLERS, of="package"),
    "seller:package_deliver": Row(OWN_SELLERS, of="package"),
    "seller:package_fail": Row(OWN_SELLERS, of="package"),
    "seller:package_delivery": Row(OWN_SELLERS, of="package"),
    "post seller:package_split": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_move": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_invoice": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_ready": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_ship": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_deliver": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_fail": Row(OWN_SELLERS, of="package", method="post"),
    "post seller:package_delivery": Row(OWN_SELLERS, of="package", method="post"),
    # No invoice was handed in: there is nothing to have. Who gets one: test_pages.
    "seller:package_invoice_file": Row(frozenset(), of="package"),
    "seller:request_list": Row(SELLERS),
    "seller:case_detail": Row(OWN_SELLERS, of="case"),
    "post seller:case_detail": Row(**OWN_ADMIN, of="case", method="post"),
    "seller:ledger": Row(SELLERS),
    "seller:ledger_download": Row({SELLER, FOREIGN_SELLER}, refused={SELLER_EMPLOYEE}),
    "seller:refund_plan_list": Row(SELLERS),
    "seller:refund_plan_detail": Row(OWN_SELLERS, of="plan"),
    "seller:job_list": Row(SELLERS),
    "seller:job_detail": Row(OWN_SELLERS, of="job"),
    "seller:job_cancel": Row({SELLER}, {SELLER_EMPLOYEE}, of="job", method="post"),
    "seller:list_look": Row(SELLERS, of="list"),
    "seller:view_save": Row(SELLERS, of="list"),
    "seller:view_rename": Row({SELLER}, of="seller_view"),
    "seller:view_update": Row({SELLER}, of="seller_view", method="post"),
    "seller:view_delete": Row({SELLER}, of="seller_view", method="post"),
    "seller:notification_list": Row(SELLERS),
    "seller:notifications_read": Row(SELLERS, method="post"),
    "seller:notification": Row({SELLER}, of="seller_notification"),
    "seller:settings": Row(**SELLER_ADMINS),
    "seller:settings_users": Row(**SELLER_ADMINS),
    "seller:settings_user_rank": Row(**OWN_ADMIN, of="member", method="post"),
    "seller:settings_user_end": Row(**OWN_ADMIN, of="member", method="post"),
    "seller:settings_tokens": Row(**SELLER_ADMINS),
    "seller:settings_token_revoke": Row(**OWN_ADMIN, of="token", method="post"),
    "seller:settings_delivery": Row(**SELLER_ADMINS),
}
OWNER_PAGES = {
    "owner:overview": Row(OWNERS),
    "owner:palette": Row(OWNERS),
    "owner:order_list": Row(OWNERS),
    "owner:order_tabs": Row(OWNERS),
    "owner:order_detail": Row(OWNERS, of="order"),
    "owner:order_transaction": Row(**OWNER_ADMIN, of="order"),
    "post owner:order_transaction": Row(**OWNER_ADMIN, of="order", method="post"),
    "owner:package_paper": Row(OWNERS),
    "post owner:package_paper": Row(OWNERS, method="post"),
    "owner:package_list": Row(OWNERS),
    "owner:package_preparing": Row(OWNERS),
    "owner:package_shipped": Row(OWNERS),
    "owner:package_to_pack": Row(OWNERS),
    "owner:package_tabs": Row(OWNERS),
    "owner:package_tracking": Row(OWNERS),
    "post owner:package_tracking": Row(OWNERS, method="post"),
    "owner:package_bulk": Row(OWNERS, method="post", content=bulk),
    "owner:package_pack": Row(OWNERS, method="post", content=packing),
    "owner:package_detail": Row(OWNERS, of="package"),
    "owner:package_split": Row(OWNERS, of="package"),
    "owner:package_move": Row(OWNERS, of="package"),
    "owner:package_invoice": Row(OWNERS, of="package"),
    "owner:package_ready": Row(OWNERS, of="package"),
    "owner:package_ship": Row(OWNERS, of="package"),
    "owner:package_deliver": Row(OWNERS, of="package"),
    "owner:package_fail": Row(OWNERS, of="package"),
    "owner:package_delivery": Row(OWNERS, of="package"),
    "post owner:package_split": Row(OWNERS, of="package", method="post"),
    "post owner:package_move": Row(OWNERS, of="package", method="post"),
    "post owner:package_invoice": Row(OWNERS, of="package", method="post"),
    "post owner:package_ready": Row(OWNERS, of="package", method="post"),
    "post owner:package_ship": Row(OWNERS, of="package", method="post"),
    "post owner:package_deliver": Row(OWNERS, of="package", method="post"),
    "post owner:package_fail": Row(OWNERS, of="package", method="post"),
    "post owner:package_delivery": Row(OWNERS, of="package", method="post"),
    # No invoice was handed in: there is nothing to have. Who gets one: test_pages.
    "owner:package_invoice_file": Row(frozenset(), of="package"),
    "owner:request_list": Row(OWNERS),
    "owner:case_detail": Row(OWNERS, of="case"),
    "post owner:case_detail": Row(**OWNER_ADMIN, of="case", method="post"),
    "owner:ledger": Row(OWNERS),
    "owner:ledger_download": Row(**OWNER_ADMIN),
    "owner:refund_plan_list": Row(OWNERS),
    "owner:refund_plan_detail": Row(OWNERS, of="plan"),
    "owner:refund_plan_retry": Row(**OWNER_ADMIN, of="plan", method="post"),
    "owner:refund_plan_second_approval": Row(**OWNER_ADMIN, of="plan", method="post"),
    "owner:refund_plan_external": Row(**OWNER_ADMIN, of="plan", method="post"),
    "owner:refund_plan_outcome": Row(**OWNER_ADMIN, of="plan"),
    "owner:surplus_refund_create": Row(**OWNER_ADMIN, of="order"),
    "owner:settings_refund_approval": Row(**OWNER_ADMIN),
    "owner:job_list": Row(OWNERS),
    "owner:job_detail": Row(OWNERS, of="job"),
    "owner:job_cancel": Row({OWNER}, {OWNER_EMPLOYEE}, of="job", method="post"),
    "owner:list_look": Row(OWNERS, of="list"),
    "owner:view_save": Row(OWNERS, of="list"),
    "owner:view_rename": Row({OWNER}, of="owner_view"),
    "owner:view_update": Row({OWNER}, of="owner_view", method="post"),
    "owner:view_delete": Row({OWNER}, of="owner_view", method="post"),
    "owner:notification_list": Row(OWNERS),
    "owner:notifications_read": Row(OWNERS, method="post"),
    "owner:notification": Row({OWNER}, of="owner_notification"),
    "owner:settings": Row(**OWNER_ADMIN),
    "owner:settings_users": Row(**OWNER_ADMIN),
    "owner:settings_user_rank": Row(**OWNER_ADMIN, of="staff", method="post"),
    "owner:settings_user_end": Row(**OWNER_ADMIN, of="staff", method="post"),
    "owner:settings_tokens": Row(**OWNER_ADMIN),
    "owner:settings_token_revoke": Row(**OWNER_ADMIN, of="token", method="post"),
    "owner:settings_sellers": Row(**OWNER_ADMIN),
    "owner:settings_seller_new": Row(**OWNER_ADMIN),
    "owner:settings_seller": Row(**OWNER_ADMIN, of="seller"),
    "owner:settings_seller_users": Row(**OWNER_ADMIN, of="seller"),
    "owner:settings_seller_user_rank": Row(**OWNER_ADMIN, of="seller_member", method="post"),
    "owner:settings_seller_user_end": Row(**OWNER_ADMIN, of="seller_member", method="post"),
    "owner:settings_delivery": Row(**OWNER_ADMIN),
    "owner:settings_reasons": Row(**OWNER_ADMIN),
    "owner:settings_reason_new": Row(**OWNER_ADMIN),
    "owner:settings_reason": Row(**OWNER_ADMIN, of="reason"),
    "owner:settings_cancellation_policy": Row(**OWNER_ADMIN),
    "owner:settings_deadlines": Row(**OWNER_ADMIN),
    "owner:settings_deadline": Row(**OWNER_ADMIN, of="step"),
    "owner:settings_calendar_new": Row(**OWNER_ADMIN),
    "owner:settings_calendar": Row(**OWNER_ADMIN, of="calendar"),
    "owner:settings_company_new": Row(**OWNER_ADMIN),
    "owner:settings_company": Row(**OWNER_ADMIN, of="company"),
    "owner:settings_option_new": Row(**OWNER_ADMIN),
    "owner:settings_option": Row(**OWNER_ADMIN, of="option"),
}

# -- Endpoints: everybody may ask for lists, and finds their own -----------------------------

# Who packs and ships: Employees too. Customers may not hold such a token.
PACKS = {"may": OWN_SELLERS | OWNERS, "refused": CUSTOMERS}

ENDPOINTS = {
    "api:order_list": Row(EVERYBODY),
    "post api:order_list": Row({OWNER}, refused=EVERYBODY - {OWNER}, method="post"),
    "api:order_detail": Row({CUSTOMER} | OWN_SELLERS | OWNERS, of="order"),
    "api:cancellation_list": Row(EVERYBODY),
    "api:cancellation_detail": Row({CUSTOMER} | OWN_SELLERS | OWNERS, of="case"),
    "api:order_cancellations": Row(
        {CUSTOMER, OWNER},
        # Sellers reject; they do not ask. An Employee of the marketplace lacks the rank.
        refused=OWN_SELLERS | {OWNER_EMPLOYEE},
        of="order",
        method="post",
        content=lambda world: world.cancellation,
    ),
    "api:order_rejections": Row(
        {SELLER, OWNER},
        # Customers ask; an Employee lacks the rank.
        refused={CUSTOMER, SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="order",
        method="post",
        content=lambda world: world.cancellation,
    ),
    "api:cancellation_approval": Row(
        {SELLER, OWNER},
        refused={CUSTOMER, SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="case",
        method="post",
    ),
    "api:cancellation_rejection": Row(
        {SELLER, OWNER},
        refused={CUSTOMER, SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="case",
        method="post",
        content=lambda world: {"note": "It is packed."},
    ),
    "api:cancellation_withdrawal": Row(
        {CUSTOMER, OWNER},
        refused={SELLER, SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="case",
        method="post",
    ),
    "api:cancellation_overruling": Row(
        {OWNER},
        refused=OWN_SELLERS | {CUSTOMER, OWNER_EMPLOYEE},
        of="case",
        method="post",
        content=lambda world: {"note": "It has not left the house."},
    ),
    "api:reason_list": Row(EVERYBODY),
    "api:cancellation_policy": Row(ADMINS, refused=EVERYBODY - ADMINS),
    "api:refund_plan_list": Row(EVERYBODY),
    "api:refund_plan_detail": Row({CUSTOMER} | OWN_SELLERS | OWNERS, of="plan"),
    "api:refund_plan_outcomes": Row(
        # Nobody but the marketplace may hold a token for it, or says so on a page.
        {OWNER},
        refused=EVERYBODY - {OWNER},
        of="plan",
        method="post",
        content=lambda world: {"payment": 1, "outcome": "paid", "reference": "T-1"},
    ),
    "api:package_list": Row(EVERYBODY),
    "api:package_detail": Row({CUSTOMER} | OWN_SELLERS | OWNERS, of="package"),
    "api:package_create": Row(
        **PACKS, of="order", method="post", content=lambda world: {"items": [world.units]}
    ),
    "api:package_split": Row(
        **PACKS, of="package", method="post", content=lambda world: {"items": [world.units]}
    ),
    "api:package_move": Row(
        **PACKS,
        of="package",
        method="post",
        content=lambda world: {"items": [world.units], "into": "none"},
    ),
    "api:package_invoice": Row(
        **PACKS, of="package", method="post", content=lambda world: {"number": "I-1"}
    ),
    "api:package_ready": Row(**PACKS, of="package", method="post"),
    "api:package_delivery_setting": Row(
        **PACKS, of="package", method="post", content=lambda world: {"other_carrier": "Bike"}
    ),
    "api:package_shipment": Row(**PACKS, of="package", method="post"),
    "api:package_shipments": Row(
        SELLERS | OWNERS,
        refused=CUSTOMERS,
        method="post",
        content=lambda world: {"packages": [{"package": "none"}]},
    ),
    "api:package_delivery": Row(
        **PACKS, of="package", method="post", content=lambda world: {"outcome": "delivered"}
    ),
    "api:package_events": Row(
        {SELLER, OWNER},
        # A carrier's word overrules what was asked: not a scope for customers nor Employees.
        refused=CUSTOMERS | {SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="package",
        method="post",
        content=lambda world: {
            "kind": "shipped",
            "key": "e-1",
            "occurred_at": "2026-11-20T09:00:00Z",
        },
    ),
    "api:job_list": Row(EVERYBODY),
    "api:job_detail": Row(OWN_SELLERS | OWNERS, of="job"),
    "api:job_rows": Row(OWN_SELLERS | OWNERS, of="job"),
    "api:seller_list": Row(ADMINS, refused=EVERYBODY - ADMINS),
    "api:seller_detail": Row({SELLER, OWNER}, refused=EVERYBODY - ADMINS, of="seller"),
    "api:delivery_option_list": Row(ADMINS, refused=EVERYBODY - ADMINS),
}

# Who has a part in a return; what each may do with it follows from role and rank.
PARTIES = {CUSTOMER} | OWN_SELLERS | OWNERS
CUSTOMERS_ACT = {
    "may": {CUSTOMER, OWNER},
    "refused": OWN_SELLERS | {OWNER_EMPLOYEE},
    "method": "post",
}
MANAGERS_ACT = {
    "may": {SELLER, OWNER},
    "refused": {CUSTOMER, SELLER_EMPLOYEE, OWNER_EMPLOYEE},
    "method": "post",
}
STATEMENT = {"text": "It came like this."}


def returning(world) -> dict:
    return {"items": [world.units | {"reason": "does_not_fit"}]}


def received(world) -> dict:
    return {"units": [world.units | {"condition": "ok"}]}


ENDPOINTS |= {
    "api:return_list": Row(EVERYBODY),
    "api:return_policy_list": Row(EVERYBODY),
    "api:return_detail": Row(PARTIES, of="return"),
    "api:order_returns": Row(**CUSTOMERS_ACT, of="order", content=returning),
    "api:return_estimates": Row(**CUSTOMERS_ACT, of="order", content=returning),
    "api:return_approval": Row(**MANAGERS_ACT, of="return"),
    "api:return_rejection": Row(
        **MANAGERS_ACT,
        of="return",
        content=lambda world: {"reason": "as_described", "message": "As in the picture."},
    ),
    "api:return_withdrawal": Row(**CUSTOMERS_ACT, of="return"),
    "api:return_offers": Row(
        **MANAGERS_ACT,
        of="return",
        content=lambda world: {"item": "1.1", "amount": 1},
    ),
    "api:offer_acceptance": Row(**CUSTOMERS_ACT, of="offer"),
    "api:offer_refusal": Row(**CUSTOMERS_ACT, of="offer"),
    "api:offer_withdrawal": Row(**MANAGERS_ACT, of="offer"),
    "api:return_shipment": Row(
        {CUSTOMER} | OWNERS,
        refused=OWN_SELLERS,
        of="goods",
        method="post",
        content=lambda world: {"tracking_number": "T-1", "other_carrier": "Bike"},
    ),
    "api:return_receipts": Row(
        # Whoever packs also receives.
        OWN_SELLERS | OWNERS,
        refused={CUSTOMER},
        of="goods",
        method="post",
        content=received,
    ),
    "api:return_inspection": Row(OWN_SELLERS | OWNERS, refused={CUSTOMER}, of="goods"),
    "post api:return_inspection": Row(
        **MANAGERS_ACT, of="goods", content=lambda world: {"deductions": []}
    ),
    "api:dispute_statement": Row(**CUSTOMERS_ACT, of="disputed", content=lambda world: STATEMENT),
    "api:dispute_appeal": Row(**CUSTOMERS_ACT, of="disputed", content=lambda world: STATEMENT),
    "api:dispute_decision": Row(
        {OWNER},
        refused=OWN_SELLERS | {CUSTOMER, OWNER_EMPLOYEE},
        of="disputed",
        method="post",
        content=lambda world: {
            "outcome": "full",
            "fault": "carrier",
            "shipping_paid_by": "carrier",
            "note": "The picture shows it.",
        },
    ),
    "api:return_messages": Row(
        {CUSTOMER, SELLER, OWNER},
        refused={SELLER_EMPLOYEE, OWNER_EMPLOYEE},
        of="return",
        method="post",
        content=lambda world: STATEMENT,
    ),
    "api:evidence": Row(EVERYBODY, method="post"),
    "api:evidence_file": Row(PARTIES, of="evidence"),
}

ANSWERS = {"all": "approve"}


def withdrawn_offer(world) -> dict:
    return {"offer": world.keys["offer"]["offer"]}


def one_unit_short(_world) -> dict:
    return {"last": "on"}


CUSTOMER_PAGES |= {
    "my:return_new": Row({CUSTOMER}, of="order"),
    "my:return_withdrawal": Row({CUSTOMER}, of="return", method="post"),
    "my:return_label": Row({CUSTOMER}, of="goods"),
    "my:return_shipment": Row({CUSTOMER}, of="goods"),
    "post my:return_shipment": Row({CUSTOMER}, of="goods", method="post"),
    "my:dispute_statement": Row({CUSTOMER}, of="disputed"),
    "post my:dispute_statement": Row({CUSTOMER}, of="disputed", method="post"),
    "my:dispute_appeal": Row({CUSTOMER}, of="disputed"),
    "my:offer_answer": Row({CUSTOMER}, of="offer_page", method="post"),
    "my:return_message": Row({CUSTOMER}, of="return"),
    "post my:return_message": Row(
        {CUSTOMER}, of="return", method="post", content=lambda world: STATEMENT
    ),
    "my:evidence_file": Row({CUSTOMER}, of="evidence"),
    "my:help_returns": Row(EVERYBODY),
    "return my:case_detail": Row({CUSTOMER}, of="return"),
}
SELLER_PAGES |= {
    "seller:returns_confirm": Row(**SELLER_ADMINS, method="post"),
    "return seller:case_detail": Row(OWN_SELLERS, of="return"),
    "seller:return_answer": Row(OWN_SELLERS, of="return"),
    "post seller:return_answer": Row(
        **OWN_ADMIN, of="return", method="post", content=lambda world: ANSWERS
    ),
    "seller:return_quick_answer": Row(**OWN_ADMIN, of="return", method="post"),
    "seller:offer_withdrawal": Row(
        **OWN_ADMIN, of="offered", method="post", content=withdrawn_offer
    ),
    "seller:return_receive": Row(SELLERS),
    "seller:return_receive_parcel": Row(OWN_SELLERS, of="parcel"),
    "post seller:return_receive_parcel": Row(
        OWN_SELLERS, of="parcel", method="post", content=one_unit_short
    ),
    "seller:dispute_detail": Row(OWN_SELLERS, of="disputed"),
    "seller:return_message": Row(OWN_SELLERS, of="return"),
    "post seller:return_message": Row(
        **OWN_ADMIN, of="return", method="post", content=lambda world: STATEMENT
    ),
    "seller:evidence_file": Row(OWN_SELLERS, of="evidence"),
    "seller:help_returns": Row(SELLERS),
}
OWNER_PAGES |= {
    "owner:orders_cancel": Row(**OWNER_ADMIN),
    "post owner:orders_cancel": Row(**OWNER_ADMIN, method="post"),
    "owner:returns_confirm": Row(**OWNER_ADMIN, method="post"),
    "return owner:case_detail": Row(OWNERS, of="return"),
    "owner:return_answer": Row(OWNERS, of="return"),
    "post owner:return_answer": Row(
        **OWNER_ADMIN, of="return", method="post", content=lambda world: ANSWERS
    ),
    "owner:return_quick_answer": Row(**OWNER_ADMIN, of="return", method="post"),
    "owner:return_withdrawal": Row(**OWNER_ADMIN, of="return", method="post"),
    "owner:offer_withdrawal": Row(
        **OWNER_ADMIN, of="offered", method="post", content=withdrawn_offer
    ),
    "owner:offer_answer": Row(
        **OWNER_ADMIN, of="offer_page", method="post", content=lambda world: {"answer": "accept"}
    ),
    "owner:return_shipment": Row(OWNERS, of="goods"),
    "post owner:return_shipment": Row(OWNERS, of="goods", method="post"),
    "owner:dispute_statement": Row(OWNERS, of="disputed"),
    "post owner:dispute_statement": Row(**OWNER_ADMIN, of="disputed", method="post"),
    "owner:dispute_appeal": Row(OWNERS, of="disputed"),
    "post owner:dispute_appeal": Row(**OWNER_ADMIN, of="disputed", method="post"),
    "owner:return_receive": Row(OWNERS),
    "owner:return_receive_parcel": Row(OWNERS, of="parcel"),
    "owner:dispute_detail": Row(OWNERS, of="disputed"),
    "post owner:dispute_detail": Row(**OWNER_ADMIN, of="disputed", method="post"),
    "owner:return_message": Row(OWNERS, of="return"),
    "post owner:return_message": Row(
        **OWNER_ADMIN, of="return", method="post", content=lambda world: STATEMENT
    ),
    "owner:evidence_file": Row(OWNERS, of="evidence"),
    "owner:help_returns": Row(OWNERS),
    "owner:settings_returns": Row(**OWNER_ADMIN),
    "owner:settings_return_policy_new": Row(**OWNER_ADMIN),
    "owner:settings_return_policy": Row(**OWNER_ADMIN, of="return_policy"),
    "owner:settings_return_policy_removal": Row(**OWNER_ADMIN, of="return_policy", method="post"),
}

# -- Exports: each is of one person, whoever works beside them ---------------------------------


def exporting_pages(surface: str, all_of_it: frozenset, asking: dict, mine: set, beside: set):
    """`asking`: who may export at all; `mine`: whose the export, the preset and the schedule are;
    `beside`: who works there without the rank for it."""
    own = {"may": mine, "of": f"{surface}_export"}
    preset = {"may": mine, "refused": beside, "of": f"{surface}_preset", "method": "post"}
    schedule = {"may": mine, "of": f"{surface}_schedule", "method": "post"}
    rows = {
        "export_list": Row(all_of_it),
        "export_new": Row(**asking),
        "export_preset_keep": Row(**asking, method="post"),
        "export_preset_rename": Row(**preset),
        "export_preset_delete": Row(**preset),
        "export_schedule_list": Row(all_of_it),
        "export_schedule_new": Row(**asking),
        "export_schedule_pause": Row(**schedule),
        "export_schedule_resume": Row(**schedule),
        "export_schedule_delete": Row(**schedule),
        "export_detail": Row(**own),
        "export_download": Row(**own),
        "export_file": Row(**own),
        "export_cancel": Row(**own, method="post"),
        "export_retry": Row(**own, method="post"),
    }
    named = {f"{surface}:{name}": row for name, row in rows.items()}
    for name in ("export_new", "export_schedule_new"):
        named[f"post {surface}:{name}"] = Row(**asking, method="post")
    return named


SELLER_PAGES |= exporting_pages("seller", SELLERS, SELLER_ADMINS, {SELLER}, {SELLER_EMPLOYEE})
OWNER_PAGES |= exporting_pages("owner", OWNERS, OWNER_ADMIN, {OWNER}, {OWNER_EMPLOYEE})

EXPORTS_BY_PROGRAM = {"refused": EVERYBODY - ADMINS}  # no such scope for them
OF_OWNER = {"may": {OWNER}, "of": "owner_export", **EXPORTS_BY_PROGRAM}
ENDPOINTS |= {
    "api:export_list": Row(ADMINS, **EXPORTS_BY_PROGRAM),
    "post api:export_list": Row(
        ADMINS, **EXPORTS_BY_PROGRAM, method="post", content=lambda world: {"source": "orders"}
    ),
    "api:export_detail": Row(**OF_OWNER),
    "api:export_file": Row(**OF_OWNER),
    "api:export_cancellation": Row(**OF_OWNER, method="post"),
    "api:export_repetition": Row(**OF_OWNER, method="post"),
}

ROUTES = CUSTOMER_PAGES | SELLER_PAGES | OWNER_PAGES | ENDPOINTS
