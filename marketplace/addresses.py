"""The addresses each app brings along in its `urls.py`, gathered for `marketplace.urls`."""

from importlib import import_module
from importlib.util import find_spec

APPS = (
    "marketplace.intake",  # what programs ask most stands first: addresses are tried in order
    "core.accounts",
    "core.jobs",
    "core.exports",
    "core.lists",
    "core.notifications",
    "sellers",
    "orders",
    "packages",
    "refunds",
    "cancellations",
    "returns",
    "finance",
    "marketplace.aftersales",
    "marketplace.dashboards",
    "marketplace.deadlines",
    "marketplace.palette",
    "marketplace.demo",
)


def gathered(name: str) -> list:
    """The lists called `name` (`my_urls`, `seller_urls`, `owner_urls`, `api_urls`, `site_urls`) of
    all apps that have one, in the order above."""
    modules = [import_module(f"{app}.urls") for app in APPS if find_spec(f"{app}.urls")]
    return [pattern for module in modules for pattern in getattr(module, name, [])]
