"""What is mutated, and the tests that are asked."""

# Money, states, policies and scoping; beside each module the tests that are asked first.
TARGETS: dict[str, tuple[str, ...]] = {
    "core/money.py": ("tests/core/test_money.py",),
    "core/states.py": ("tests/architecture/test_states.py", "tests/orders/test_statuses.py"),
    "core/scoping.py": ("tests/orders", "tests/refunds/test_ledger_pages.py"),
    "orders/policies.py": ("tests/orders/test_statuses.py",),
    "orders/operations/items.py": ("tests/orders/test_splitting.py", "tests/orders"),
    "orders/models/items.py": ("tests/architecture/test_states.py", "tests/orders"),
    "cancellations/policies.py": ("tests/cancellations/test_policies.py",),
    "packages/policies.py": ("tests/packages",),
    "refunds/planning.py": ("tests/refunds/test_planning.py",),
    "refunds/policies.py": ("tests/refunds/test_second_person.py", "tests/refunds/test_outside.py"),
    "core/accounts/policies.py": ("tests/accounts", "tests/sellers"),
    "core/deadlines/calendar.py": ("tests/core/test_due_dates.py",),
    "finance/operations.py": ("tests/finance",),
}

# All that may be asked, in one process: no browser, no threads, no processes of their own.
TESTS = (
    *("tests/core", "tests/orders", "tests/finance", "tests/packages", "tests/cancellations"),
    *("tests/refunds", "tests/accounts", "tests/sellers", "tests/intake", "tests/aftersales"),
    *("tests/orders_pages", "tests/api", "tests/invariants", "tests/journeys"),
    *("tests/architecture/test_states.py", "tests/architecture/test_permission_matrix.py"),
)
LEFT_OUT = (
    "tests/core/test_real_worker.py",
    "tests/core/test_events_at_once.py",
    "tests/refunds/test_crash_points.py",
)
