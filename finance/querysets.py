from core.scoping import ScopedQuerySet


class AccountQuerySet(ScopedQuerySet):
    SELLER_PATH = "seller"

    def locked(self):
        """The accounts, locked in pk order. NO KEY: entries being inserted by others point at
        these rows, and their foreign keys need not wait for a balance."""
        return list(self.select_for_update(of=["self"], no_key=True).order_by("pk"))


class EntryQuerySet(ScopedQuerySet):
    SELLER_PATH = "account__seller"
