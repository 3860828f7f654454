"""Shapes of the settings forms for people and tokens."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.accounts.models import MemberRank
from core.accounts.scopes import scopes_for
from core.actors import Actor


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    rank = forms.ChoiceField(
        label=_("Role"), choices=MemberRank.choices, initial=MemberRank.EMPLOYEE
    )


class RankForm(forms.Form):
    rank = forms.ChoiceField(label=_("Role"), choices=MemberRank.choices)


class TokenForm(forms.Form):
    """`scopes` offers what this actor's rank may give."""

    LIVES = [(30, _("30 days")), (90, _("90 days")), (365, _("One year"))]

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it: “ERP”, “Warehouse”.")
    )
    days = forms.TypedChoiceField(label=_("Ends after"), coerce=int, choices=LIVES, initial=90)

    field_order = ["name", "scopes", "days"]

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(scope.code, scope.label) for scope in scopes_for(actor.role, actor.rank)]
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("What it may do"), choices=offered, widget=forms.CheckboxSelectMultiple
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict:
        cleaned = dict(self.cleaned_data)
        if days := cleaned.pop("days", None):
            cleaned["expires_at"] = timezone.now() + timedelta(days=days, seconds=-1)
        return cleaned
