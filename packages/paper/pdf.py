"""Paper as a PDF file, where the system has Pango; print styles are the product, this is extra."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

MOST = 40  # packages: about 0.2 s each, and a page may not take longer than a browser waits
STYLES = "assets/css/paper.css"


class NoPdf(DomainError):
    """PDF files cannot be made here."""

    code = "no_pdf"
    status = 501
    message = _(
        "PDF files need the library Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0), which is "
        "not installed on this server. Print the page instead."
    )


@cache
def _weasyprint() -> Any:
    """The library, or None where what it stands on is missing. Imported when first asked for."""
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    return weasyprint


def is_possible() -> bool:
    return _weasyprint() is not None


def pdf_of(html: str) -> bytes:
    """A whole HTML document as PDF, with the styles of paper. Nothing is fetched for it: neither
    from the network nor from this machine. Raises NoPdf."""
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise NoPdf
    styles = (settings.BASE_DIR / STYLES).read_text(encoding="utf-8")
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    sheet = weasyprint.CSS(string=styles, url_fetcher=nothing)
    return weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf(stylesheets=[sheet])
