"""Who sells what on the invented marketplace of the demo. Prices are EUR cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    code: str
    name: str
    email: str
    city: str
    country: str
    time_zone: str
    commission_rate: str
    products: tuple[tuple[str, str, int], ...]  # SKU, name, price


SHOPS = (
    Shop(
        "kiln-clay",
        "Kiln & Clay Studio",
        "orders@kiln-clay.example",
        "Porto",
        "PT",
        "Europe/Lisbon",
        "0.12",
        (
            ("KC-MUG-0312", "Stoneware mug, speckled", 1850),
            ("KC-BWL-2801", "Serving bowl “Dune”, 28 cm", 4600),
            ("KC-PLT-2100", "Dinner plate, sand", 2250),
            ("KC-VAS-1800", "Bud vase, celadon", 2990),
            ("KC-TEA-0900", "Teapot with bamboo handle", 5400),
        ),
    ),
    Shop(
        "luma",
        "Luma Workshop",
        "hello@luma.example",
        "Malmö",
        "SE",
        "Europe/Stockholm",
        "0.12",
        (
            ("LW-ARC-BR", "Arc desk lamp, brass", 12900),
            ("LW-BLB-27", "LED bulb, warm 2700 K", 620),
            ("LW-PND-OP", "Pendant light, opal glass", 8900),
            ("LW-CRD-3M", "Textile cord, 3 m, rust", 1490),
        ),
    ),
    Shop(
        "oda",
        "Oda Textiles",
        "service@oda.example",
        "Izmir",
        "TR",
        "Europe/Istanbul",
        "0.14",
        (
            ("OD-TWL-SG70", "Linen bath towel, sage", 2990),
            ("OD-TWL-SG30", "Linen hand towel, sage", 1290),
            ("OD-BLK-ECRU", "Waffle blanket, ecru", 7900),
            ("OD-CUS-4545", "Cushion cover, ochre, 45 × 45", 2450),
        ),
    ),
    Shop(
        "branch-bone",
        "Branch & Bone",
        "post@branch-bone.example",
        "Freiburg",
        "DE",
        "Europe/Berlin",
        "0.10",
        (
            ("BB-BRD-OAK", "Chopping board, oak", 3800),
            ("BB-SPN-CHR", "Cooking spoon, cherry", 1190),
            ("BB-STL-ASH", "Step stool, ash", 8900),
            ("BB-HKS-3", "Coat hooks, set of 3", 2600),
        ),
    ),
    Shop(
        "paper-kite",
        "Paper Kite Press",
        "shop@paperkite.example",
        "Utrecht",
        "NL",
        "Europe/Amsterdam",
        "0.15",
        (
            ("PK-NTB-A5", "Notebook A5, dotted", 1450),
            ("PK-CAL-27", "Wall calendar 2027", 2200),
            ("PK-CRD-12", "Greeting cards, set of 12", 1800),
            ("PK-PRT-50", "Risograph print, 50 × 70", 4500),
        ),
    ),
    Shop(
        "sol-verde",
        "Sol Verde Plants",
        "plantas@solverde.example",
        "Sevilla",
        "ES",
        "Europe/Madrid",
        "0.13",
        (
            ("SV-MON-40", "Monstera in a 17 cm pot", 3450),
            ("SV-POT-20", "Terracotta pot, 20 cm", 1650),
            ("SV-SED-8", "Sedum tray, 8 plants", 2100),
            ("SV-CAN-1", "Watering can, 1.5 l", 2700),
        ),
    ),
)

CUSTOMERS = (
    ("marta", "Marta", "Lindqvist", "Rua das Camélias 118, 3.º esq.", "4150-122", "Porto", "PT"),
    ("jonas", "Jonas", "Bergmann", "Lindenallee 7", "79102", "Freiburg", "DE"),
    ("aylin", "Aylin", "Demir", "Kordon Boyu 44", "35220", "Izmir", "TR"),
    ("lucia", "Lucía", "Ortega", "Calle Feria 21", "41003", "Sevilla", "ES"),
    ("femke", "Femke", "de Vries", "Oudegracht 301", "3511 PB", "Utrecht", "NL"),
    ("niall", "Niall", "Byrne", "12 Synge Street", "D08 K5P3", "Dublin", "IE"),
    ("chiara", "Chiara", "Rossi", "Via dei Serpenti 9", "00184", "Roma", "IT"),
    ("amelie", "Amélie", "Fontaine", "18 rue Sainte", "13001", "Marseille", "FR"),
    ("oskar", "Oskar", "Nyström", "Friisgatan 5", "211 46", "Malmö", "SE"),
    ("zofia", "Zofia", "Wójcik", "ul. Dolna 14", "00-773", "Warszawa", "PL"),
    ("petra", "Petra", "Horvat", "Ilica 88", "10000", "Zagreb", "HR"),
    ("emil", "Emil", "Sørensen", "Jægergårdsgade 60", "8000", "Aarhus", "DK"),
)

COMPANIES = (
    # code, name, contact, option code, option name, tracking pattern, tracking address, easy return
    (
        "norrpost",
        "Norrpost",
        "claims@norrpost.example",
        "norrpost-standard",
        "Standard",
        r"NP ?\d{4} ?\d{4}",
        "https://track.norrpost.example/{number}",
        True,
    ),
    (
        "swiftlane",
        "Swiftlane Parcel",
        "desk@swiftlane.example",
        "swiftlane-48",
        "48 h",
        r"SL ?\d{4} ?\d{4} ?\d",
        "https://swiftlane.example/t/{number}",
        False,
    ),
)
