from core.scoping import ScopedQuerySet


class AccountQuerySet(ScopedQuerySet):
    SELLER_PATH = "seller"


class EntryQuerySet(ScopedQuerySet):
    SELLER_PATH = "account__seller"
