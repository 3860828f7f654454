"""What pages show of packages: lists and one package for the console, cards for the customer."""

from packages.presenters.cards import PackageCard, Step, cards_of
from packages.presenters.of_order import last_change, packages_of

__all__ = ["PackageCard", "Step", "cards_of", "last_change", "packages_of"]
