"""What a party says: to the other side, in a dispute, on appeal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.actors import Role
from returns.dispute_policies import LONGEST_TEXT
from returns.forms.files import FilesField, KeepsFiles


class SideForm(KeepsFiles, forms.Form):
    """Words and what shows them."""

    text = forms.CharField(
        label=_("What happened"),
        required=False,  # the operation says what is wrong with saying nothing
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    files = FilesField()


class MessageForm(SideForm):
    """The same, for whom it is: the owner chooses, a party writes to the others."""

    for_customer = forms.BooleanField(label=_("The customer reads it"), required=False)
    for_seller = forms.BooleanField(label=_("The seller reads it"), required=False)

    def __init__(self, *args, role: str, **options):
        super().__init__(*args, **options)
        self.fields["text"].label = _("Message")
        self.fields["text"].widget.attrs["rows"] = 3
        if role == Role.OWNER:
            self.fields["for_customer"].initial = self.fields["for_seller"].initial = True
        elif role == Role.SELLER:
            del self.fields["for_seller"]
            self.fields["for_customer"].initial = True
            self.fields["for_customer"].help_text = _("Without it the marketplace alone reads it.")
        else:
            del self.fields["for_seller"], self.fields["for_customer"]

    @property
    def readers(self) -> dict[str, bool]:
        given = self.cleaned_data
        return {name: given.get(name, True) for name in ("for_customer", "for_seller")}
