"""Customers one could meet: who they are follows from their number, so nobody has to be kept."""

from dataclasses import dataclass
from unicodedata import normalize

from orders.incoming import NewCustomer
from orders.models import Customer

MASK = (1 << 64) - 1
ORDERS_EACH = 3  # on average; some buy far more often


@dataclass(frozen=True)
class Country:
    """Where people live, how they pay and how much tax is in a price."""

    code: str
    currency: str
    tax_rate: str
    dialling: str
    language: str
    time_zone: str
    channels: tuple[str, ...]
    first_names: tuple[str, ...]  # "given:as in an e-mail" where letters do not say it
    last_names: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]  # name, postcode with # for digits
    streets: tuple[str, ...]


EURO = ("web store", "web store", "web store", "app", "app", "partner")


def _country(code, currency, tax, dialling, language, zone, channels, firsts, lasts, cities, lines):
    return Country(
        code,
        currency,
        tax,
        dialling,
        language,
        zone,
        channels,
        tuple(firsts.split(" ")),
        tuple(lasts.split("|")),
        tuple((city, postcode) for city, postcode in (c.split("/") for c in cities.split("|"))),
        tuple(lines.split("|")),
    )


# Each as often as it stands here, of a hundred customers; the rest are Portuguese.
COUNTRIES = (
    (
        22,
        _country(
            "DE", "EUR", "0.19", "+49", "de", "Europe/Berlin", EURO,
            "Jonas Greta Lukas Mia Felix Käthe Jürgen Anneliese Björn Sören Özlem Mehmet",
            "Bergmann|Schäfer|Müller|Weiß|Krüger|von der Heide|Yılmaz|Köhler|Lang|Brandt",
            "Berlin/1####|Hamburg/2####|München/8####|Köln/5####|Freiburg/79###|Leipzig/04###",
            "Lindenallee|Große Straße|Am Mühlbach|Goethestraße|Weserstraße|Prinzenweg",
        ),
    ),
    (
        14,
        _country(
            "ES", "EUR", "0.21", "+34", "es", "Europe/Madrid", EURO,
            "Lucía Íñigo María José Núria Álvaro Begoña Martín Ximena Pau",
            "Ortega|Muñoz|García Peña|Ibáñez|Núñez|de la Fuente|Puig|Etxeberria|Ruiz",
            "Sevilla/41###|Madrid/28###|Barcelona/08###|Bilbao/48###|A Coruña/15###",
            "Calle Feria|Avenida de la Constitución|Calle Mayor|Plaça del Sol|Gran Vía",
        ),
    ),
    (
        12,
        _country(
            "FR", "EUR", "0.20", "+33", "fr", "Europe/Paris", EURO,
            "Amélie Loïc Hélène François Zoé Maël Inès Gaël Chloé Théo",
            "Fontaine|Lefèvre|Nguyễn|d’Arcy|Bénard|Le Goff|Müller|Châtelain|Roux",
            "Paris/750##|Lyon/6900#|Marseille/1300#|Nantes/44###|Strasbourg/67###",
            "rue Sainte|boulevard Voltaire|quai de l’Île|rue de l’Église|impasse des Tilleuls",
        ),
    ),
    (
        10,
        _country(
            "IT", "EUR", "0.22", "+39", "it", "Europe/Rome", EURO,
            "Chiara Niccolò Giulia Matteo Èlena Luca Martina Davide",
            "Rossi|D’Amico|Bianchi|Lo Presti|Conti|Dell’Acqua|Ferrari",
            "Roma/00###|Milano/20###|Torino/10###|Forlì/47###|Palermo/90###",
            "Via dei Serpenti|Corso Como|Via Garibaldi|Piazza Città di Lombardia",
        ),
    ),
    (
        8,
        _country(
            "NL", "EUR", "0.21", "+31", "nl", "Europe/Amsterdam", EURO,
            "Femke Daan Zoë Sjoerd Anouk Joris Renée Bram",
            "de Vries|van ’t Hoff|Jansen|in ’t Veld|van der Berg|Visser",
            "Utrecht/35## PB|Amsterdam/10## KL|Groningen/97## AA|’s-Hertogenbosch/52## DX",
            "Oudegracht|Prinsengracht|Korte Nieuwstraat|Zeestraat",
        ),
    ),
    (
        6,
        _country(
            "IE", "EUR", "0.23", "+353", "en", "Europe/Dublin", EURO,
            "Niall Aoife Seán Siobhán Ciarán Róisín Oisín Éabha",
            "Byrne|O’Sullivan|Ní Dhomhnaill|McCarthy|Ó Briain|Walsh",
            "Dublin/D0# K5P3|Cork/T12 W###|Galway/H91 A###",
            "Synge Street|Patrick Street|Sráid na Siopaí|Quay Road",
        ),
    ),
    (
        3,
        _country(
            "US", "USD", "0", "+1", "en", "America/New_York", ("us store", "app"),
            "Olivia Liam Emma Noah Ava DeShawn María Wei",
            "Smith|Johnson|Nguyen|O’Neill|García|Washington|St. John",
            "New York/100##|Austin/787##|Portland/972##|Chicago/606##",
            "Main Street|2nd Avenue|Oak Lane|Martin Luther King Jr. Boulevard",
        ),
    ),
    (
        2,
        _country(
            "JP", "JPY", "0.10", "+81", "ja", "Asia/Tokyo", ("japan store",),
            "陽菜:hina 蓮:ren 結衣:yui 大翔:hiroto さくら:sakura 健:ken",
            "佐藤:sato|鈴木:suzuki|高橋:takahashi|渡辺:watanabe|小林:kobayashi",
            "東京都渋谷区/150-00##|大阪市北区/530-00##|京都市左京区/606-80##",
            "神宮前三丁目|梅田一丁目|吉田本町",
        ),
    ),
    (
        1,
        _country(
            "KW", "KWD", "0", "+965", "ar", "Asia/Kuwait", ("gulf store",),
            "فاطمة:fatima أحمد:ahmad نورة:noura يوسف:yousef Maryam",
            "العنزي:alenezi|المطيري:almutairi|Al-Sabah|الرشيدي:alrashidi",
            "Kuwait City/1####|Salmiya/2####|Jahra/0####",
            "Block 4, Street 12|شارع الخليج العربي|Block 7, Avenue 3",
        ),
    ),
)  # fmt: skip
PORTUGAL = _country(
    "PT", "EUR", "0.23", "+351", "pt", "Europe/Lisbon", EURO,
    "Marta João Inês Tomás Conceição Luís Beatriz Gonçalo Mafalda António",
    "Lindqvist|Araújo|Gonçalves|da Conceição|Magalhães|Sá|Simões|Brandão|e Silva",
    "Porto/4150-###|Lisboa/1100-###|Braga/4700-###|Évora/7000-###|Viana do Castelo/4900-###",
    "Rua das Camélias|Avenida da Boavista|Travessa do Fala-Só|Largo de São João",
)  # fmt: skip
OF_HUNDRED = [country for times, country in COUNTRIES for _time in range(times)]
OF_HUNDRED += [PORTUGAL] * (100 - len(OF_HUNDRED))
ADDRESSES = ("example.com", "example.org", "mail.example", "post.example", "inbox.example")


class Person:
    """Customer number n of a seed, from 0."""

    __slots__ = ("_mixed", "country", "first_name", "last_name", "n", "words")

    def __init__(self, n: int, seed: int):
        self.n = n
        mixed = (n + seed * 1_000_003 + 1) * 0x9E3779B97F4A7C15 & MASK
        mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & MASK
        self._mixed = mixed ^ mixed >> 32
        self.country = OF_HUNDRED[self._mixed % 100]
        first = self._one_of(self.country.first_names, 8)
        last = self._one_of(self.country.last_names, 14)
        self.first_name, _, first_word = first.partition(":")
        self.last_name, _, last_word = last.partition(":")
        self.words = first_word or first, last_word or last

    def _one_of(self, choices, shift: int):
        return choices[(self._mixed >> shift) % len(choices)]

    @property
    def pk(self) -> int:
        return self.n + 1

    @property
    def external_id(self) -> str:
        return f"c{self.n + 1:07d}"

    @property
    def channel(self) -> str:
        return self._one_of(self.country.channels, 20)

    @property
    def email(self) -> str:
        first, last = (_plain(word) for word in self.words)
        return f"{first}.{last}{self.n}@{self._one_of(ADDRESSES, 24)}"

    @property
    def phone(self) -> str:
        return f"{self.country.dialling} {self._mixed % 900 + 100} {self.n % 1_000_000:06d}"

    def told(self) -> NewCustomer:
        """As an order names them."""
        return NewCustomer(
            external_id=self.external_id,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            phone=self.phone,
            language=self.country.language,
        )

    def row(self, told: NewCustomer) -> Customer:
        return Customer(
            pk=self.pk,
            channel=self.channel,
            external_id=told.external_id,
            first_name=told.first_name,
            last_name=told.last_name,
            email=told.email,
            phone=told.phone,
            language=told.language,
        )

    def address(self) -> dict[str, str]:
        city, postcode = self._one_of(self.country.cities, 26)
        for place in range(postcode.count("#")):
            postcode = postcode.replace("#", str(self._mixed >> 30 + 3 * place & 7), 1)
        street = self._one_of(self.country.streets, 40)
        return {
            "name": f"{self.first_name} {self.last_name}",
            "phone": self.phone,
            "line": f"{street} {self._mixed % 180 + 1}",
            "postcode": postcode,
            "city": city,
            "country": self.country.code,
        }

    def billing(self) -> dict[str, str]:
        """One in twelve buys for a company."""
        address = self.address()
        if self._mixed % 12:
            return address
        number = self._mixed % 1_000_000_000
        return address | {
            "company": f"{self.last_name} & Co.",
            "tax_office": address["city"],
            "tax_number": f"{self.country.code}{number:09d}",
        }


_PLAIN: dict[str, str] = {}


def _plain(word: str) -> str:
    """Only letters that any mail server takes."""
    if word not in _PLAIN:
        letters = normalize("NFKD", word.replace("ß", "ss").replace("ı", "i")).lower()
        _PLAIN[word] = "".join(char for char in letters if char.isascii() and char.isalnum())
    return _PLAIN[word]


def customer_of(order: int, luck: float) -> int:
    """Who places the n-th order: every third one is somebody new, the others have bought before,
    some of them often."""
    newest, repeated = divmod(order, ORDERS_EACH)
    return int(newest * luck**1.5) if repeated else newest
