"""Where a refusal points to in what was given: "units/0/quantity"."""


def place_of(pointer: str | None) -> tuple[str, str, str]:
    """(kind, position, part) of a refusal's pointer, each empty where it says nothing."""
    kind, position, part, *_rest = [*(pointer or "").split("/"), "", ""]
    return kind, position, part
