"""The reader's theme, and the gallery that shows every part of the design on one page."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from core.badges import LOOKS
from marketplace.context_processors import THEMES

YEAR_SECONDS = 365 * 24 * 3600
FRAMES = {name: f"layouts/{name}.html" for name in ("console", "storefront")}


@login_not_required
@require_POST
def choose_theme(request):
    """Remember the theme in a cookie and go back to where the reader was."""
    theme = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    return response


class OfferForm(forms.Form):
    """A form with every kind of control, for the gallery."""

    tracking = forms.CharField(label=_("Tracking number"), help_text=_("11 characters"))
    amount = forms.DecimalField(label=_("Refund amount"), max_value=16)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), ("late", _("Arrives too late"))]
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea({"rows": 2}), required=False)
    secret = forms.CharField(label=_("Password"), widget=forms.PasswordInput, required=False)
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[("yes", _("Confirm")), ("no", _("Reject"))],
        widget=forms.RadioSelect,
    )
    accepted = forms.BooleanField(label=_("I accept the return policy"))


@login_not_required
@require_GET
def gallery(request):
    """Every component and state. Only where DEBUG or DEMO_MODE is on; 404 elsewhere."""
    if not (settings.DEBUG or settings.DEMO_MODE):
        raise Http404
    now = timezone.now()
    typed = {"amount": "19.00", "tracking": "NP 7742 0011", "answer": "yes"}
    wrong = OfferForm(typed, auto_id="wrong_%s")
    wrong.is_valid()
    spans = {"days": 84, "day": 9.1, "hours": 3.34, "overdue": -4.1}
    return render(
        request,
        "design/gallery.html",
        {
            "layout": FRAMES.get(request.GET.get("frame", ""), FRAMES["console"]),
            "statuses": list(LOOKS),
            "form": OfferForm(initial={"tracking": "NP 7742 0011", "answer": "yes"}),
            "wrong": wrong,
            "decision": OfferForm(auto_id="decision_%s"),
            "store_form": OfferForm(auto_id="store_%s"),
            "now": now,
            "due": {name: now + timedelta(hours=hours) for name, hours in spans.items()},
            "long_ago": now.replace(year=now.year - 8),
            "address": {
                "name": "Marta Lindqvist",
                "line": "Rua das Camélias 118, 3.º esq.",
                "postcode": "4150-122",
                "city": "Porto",
                "country": "Portugal",
                "phone": "+351 900 000 142",
            },
        },
    )
