"""What stands in for a product's photo: a tint that is always the same for one seller, and an
icon that the product's name suggests. Decoration only: the name is always written beside it."""

from functools import lru_cache
from zlib import crc32

TINTS = ("clay", "sage", "sky", "iris")  # no red: it would look like an alarm

# The first word that begins like one of these decides (English, and the imported catalogue's
# Portuguese).
SUGGESTIONS = {
    "bed": ("bed", "cama", "pillow", "duvet", "blanket"),
    "bath": ("bath", "banho", "towel", "linen"),
    "coffee": ("mug", "cup", "coffee", "tea"),
    "soup": ("bowl", "plate"),
    "utensils": ("kitchen", "cozinha", "utilidades", "pan", "knife", "mesa"),
    "lamp-desk": ("lamp", "desk"),
    "lightbulb": ("bulb", "light", "led"),
    "sofa": ("sofa", "chair", "moveis", "casa", "shelf", "table", "rug"),
    "spray-can": ("beleza", "perfum", "soap", "cream", "beauty"),
    "dumbbell": ("esporte", "sport", "yoga", "ball"),
    "laptop": ("informatica", "laptop", "pcs", "keyboard", "mouse"),
    "watch": ("relogios", "watch", "clock"),
    "car": ("automotivo", "car", "tyre"),
    "toy-brick": ("brinquedos", "toy", "puzzle", "game"),
    "wrench": ("ferramentas", "construcao", "tool", "drill"),
    "smartphone": ("telefonia", "phone", "charger", "tablet"),
    "baby": ("bebes", "baby"),
    "shirt": ("fashion", "shirt", "dress", "sock", "jacket", "scarf"),
    "book-open": ("livros", "papelaria", "book", "notebook", "pen"),
    "headphones": ("eletronicos", "audio", "headphone", "speaker"),
    "gamepad-2": ("consoles", "console"),
    "paw-print": ("pet", "dog", "cat"),
    "refrigerator": ("eletrodomesticos", "eletroportateis", "fridge", "kettle"),
    "guitar": ("instrumentos", "guitar"),
    "backpack": ("malas", "pack", "bag", "bolsas", "suitcase"),
    "utensils-crossed": ("alimentos", "bebidas", "food"),
    "sprout": ("plant", "pot", "garden", "jardim", "seed"),
    "gift": ("cool", "gift", "presentes", "artes", "candle"),
}


@lru_cache(maxsize=4096)
def tint_of(seller: str) -> str:
    return TINTS[crc32(seller.encode()) % len(TINTS)]


@lru_cache(maxsize=4096)
def icon_for(product_name: str) -> str:
    """The icon a product's name suggests; a plain package when it suggests none."""
    for word in product_name.lower().split():
        for icon, beginnings in SUGGESTIONS.items():
            if word.startswith(beginnings):
                return icon
    return "package"
