"""Sellers, what they sell, and who carries it. A few sellers make most of the sales."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from itertools import accumulate
from random import Random

from marketplace.seed.people import OF_HUNDRED, PORTUGAL
from marketplace.seed.shape import Shape
from sellers.models import DeliveryOption, Seller, ShippingCompany

SKEW = 0.85  # the n-th seller sells 1/n^SKEW of what the first one does
FIRST = 5_000  # products of the first seller

# fmt: off
HOUSES = ("Kiln", "Luma", "Oda", "Fjord", "Ardósia", "Blau", "Señor", "Noix", "Orso", "Tulp",
    "Hazel", "Norte", "Werk", "Café", "Paper", "Sol", "Stein", "Mar", "Élan", "Piccola", "Grön",
    "Azulejo", "Copper", "Velvet", "Maple", "Otter", "Comet", "Juniper", "Quarz", "Brisa")
TRADES = (
    ("Ceramics", ("mug", "bowl", "plate", "vase", "teapot", "jug", "tile", "espresso cup")),
    ("Lighting", ("desk lamp", "pendant", "floor lamp", "bulb E27", "lampshade", "lantern")),
    ("Textiles", ("bath towel", "blanket", "cushion", "linen sheet", "tea towel", "rug")),
    ("Paper", ("notebook", "calendar", "sketch pad", "card set", "print", "ink pen")),
    ("Plants", ("monstera", "terracotta pot", "sedum tray", "watering can", "olive tree")),
    ("Kitchen", ("chef’s knife", "cutting board", "frying pan", "whisk", "kettle", "sieve")),
    ("Outdoor", ("tent", "sleeping bag", "head torch", "water bottle", "day pack", "stove")),
    ("Books", ("atlas", "novel", "cookbook", "field guide", "picture book", "poems")),
    ("Audio", ("headphones", "speaker", "record player", "cable 3 m", "microphone")),
    ("Kids", ("building blocks", "puzzle", "wooden train", "night light", "raincoat")),
)
LOOKS = ("white", "indigo", "ochre", "moss green", "natural", "graphite", "rosé", "café crème",
    "blue", "terracotta", "brass", "oak", "walnut", "black", "striped", "dotted", "matt", "glossy")
SIZES = ("", "", ", small", ", large", ", 0.5 l", ", 30 × 40 cm", ", set of 2",
    ", set of 6", ", Ø 20 cm")
# fmt: on
CARRIERS = (
    # code, name, option, tracking pattern, prefix of its numbers
    ("norrpost", "Norrpost", "Standard", r"NP\d{10}", "NP"),
    ("swiftlane", "Swiftlane Parcel", "48 h", r"SL\d{10}", "SL"),
    ("correio-azul", "Correio Azul", "Standard", r"CA\d{10}", "CA"),
    ("kurier24", "Kurier 24", "Next day", r"KU\d{10}", "KU"),
)


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    barcode: str
    price: int  # minor units of a currency with two decimals, about as dear as the euro


@dataclass(frozen=True)
class Catalogue:
    """The sellers in the order of their size, and how to come by one of them."""

    shape: Shape
    sellers: tuple[Seller, ...]
    shares: tuple[float, ...]  # cumulated

    @cached_property
    def by_code(self) -> dict[str, Seller]:
        return {seller.code: seller for seller in self.sellers}

    def some_sellers(self, random: Random, count: int) -> list[Seller]:
        """So many different ones, big ones more often; fewer where there are not so many."""
        chosen: dict[int, Seller] = {}
        for seller in random.choices(self.sellers, cum_weights=self.shares, k=count * 3):
            chosen.setdefault(seller.pk, seller)
            if len(chosen) == count:
                break
        return list(chosen.values())

    def product_of(self, seller: Seller, random: Random) -> Product:
        products = products_of(self.shape, seller.pk, seller.code)
        return products[int(len(products) * random.random() ** 2.2)]


def catalogue_of(shape: Shape) -> Catalogue:
    sellers = tuple(_seller(shape, n) for n in range(shape.sellers))
    shares = accumulate((n + 1) ** -SKEW for n in range(shape.sellers))
    return Catalogue(shape, sellers, tuple(shares))


def _seller(shape: Shape, n: int) -> Seller:
    random = shape.random_of(f"seller {n}")
    house, (trade, _goods) = HOUSES[n % len(HOUSES)], TRADES[n // len(HOUSES) % len(TRADES)]
    again = n // (len(HOUSES) * len(TRADES))
    name = f"{house} {trade}" + (f" {again + 1}" if again else "")
    country = random.choice([*OF_HUNDRED[:72], PORTUGAL])
    city, _postcode = random.choice(country.cities)
    code = f"s{n + 1:03d}-{trade.lower()}"
    return Seller(
        pk=n + 1,
        code=code,
        name=name,
        email=f"hello@{code}.example",
        phone=f"{country.dialling} {random.randint(200, 999)} {random.randint(0, 999999):06d}",
        city=city,
        country=country.code,
        time_zone=country.time_zone,
        commission_rate=Decimal(random.choice(("0.08", "0.1", "0.12", "0.12", "0.15", "0.175"))),
        created_at=shape.began_at,
        live_since=shape.live_since,
    )


@cache
def products_of(shape: Shape, seller_id: int, code: str) -> Sequence[Product]:
    """What a seller sells, what sells best first."""
    random = shape.random_of(f"products {seller_id}")
    _trade, goods = TRADES[(seller_id - 1) // len(HOUSES) % len(TRADES)]
    count = max(12, int(FIRST / seller_id**SKEW))
    return [
        Product(
            sku=f"{code[:4].upper()}-{number:05d}",
            name=f"{random.choice(goods).capitalize()}, {random.choice(LOOKS)}"
            f"{random.choice(SIZES)}",
            barcode=f"{random.randrange(10**12, 10**13)}" if random.random() < 0.7 else "",
            price=int(random.lognormvariate(7.9, 0.8)) // 50 * 50 + random.choice((50, 90, 95)),
        )
        for number in range(1, count + 1)
    ]


def carriers() -> tuple[list[ShippingCompany], list[DeliveryOption]]:
    """The owner's carriers with one way to send each; the first is the default."""
    companies, options = [], []
    for number, (code, name, option, pattern, _prefix) in enumerate(CARRIERS, start=1):
        companies.append(
            ShippingCompany(pk=number, code=code, name=name, contact_email=f"claims@{code}.example")
        )
        options.append(
            DeliveryOption(
                pk=number,
                company_id=number,
                code=f"{code}-{option.lower().replace(' ', '-')}",
                name=option,
                tracking_pattern=pattern,
                tracking_url=f"https://track.{code}.example/{{number}}",
                priority=number * 10,
                is_default=number == 1,
                easy_return=number < 3,
            )
        )
    return companies, options
