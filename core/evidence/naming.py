"""What a given file is called: its giver's words, without anything that a name should not hold."""

import unicodedata

LONGEST = 100  # of what its giver called it; the ending comes on top
UNWANTED = set('<>:"|?*%;\\/')


def clean_name(given: str, ending: str) -> str:
    """The last part of a path, without signs that are not seen or turn the reading direction, and
    with the ending that its content has. Never empty."""
    last = str(given or "").replace("\\", "/").rpartition("/")[2]
    seen = unicodedata.normalize("NFC", "".join(_readable(sign) for sign in last))
    stem = " ".join(seen.split())
    before, dot, after = stem.rpartition(".")
    if dot and 0 < len(after) <= 5 and after.isalnum():  # what it called itself is no matter
        stem = before
    stem = stem[:LONGEST].strip(" .-")
    return f"{stem or 'file'}.{ending}"


def _readable(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind.startswith("Z"):  # a space, or a separator of lines
        return " "
    if kind.startswith("C"):  # control, format (right to left, no width), half of a pair, private
        return " " if sign in "\t\r\n" else ""
    return "-" if sign in UNWANTED else sign
