"""What is typed into the pages of returns, and what is read of them."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from orders.models import Reason
from returns.operations import reject_items
from tests.returns.acts import stored_file


def photo(name: str = "crack.jpg") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def chosen(item, quantity=None, reason="not_as_described", note="", **more) -> dict:
    given = {
        f"take-{item.pk}": "on",
        f"quantity-{item.pk}": quantity or item.quantity,
        f"reason-{item.pk}": reason,
        f"note-{item.pk}": note,
        "wish": "refund",
        "pay_to": "original",
        "accept": "on",
        "form_key": "one-time-key",
    }
    return {name: value for name, value in (given | more).items() if value != ""}


def text(response, status: int = 200) -> str:
    page = response.content.decode()
    assert response.status_code == status, page[:3000]
    assert "<c-" not in page
    assert "style=" not in page
    return page


def words(page: str) -> str:
    """What is read of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def reject(request, actor) -> None:
    reason = Reason.objects.filter(kind="rejection", active=True).order_by("sort_order").first()
    files = [stored_file(actor)] if reason.needs_evidence else []
    reject_items(request, actor=actor, reason_code=reason.code, message="Used.", files=files)
