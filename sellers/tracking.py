"""Where a carrier shows a parcel."""

from urllib.parse import quote


def tracking_link(template: str | None, tracking_number: str) -> str:
    """The address for this number, where both are known; else empty. Numbers hold blanks and
    slashes: whatever stands in one stays one part of the address."""
    if not (template and tracking_number):
        return ""
    return template.replace("{number}", quote(tracking_number, safe=""))
