"""What is chosen for an export, and when it is to be made again. Shape only."""

from typing import cast

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.exports.models import ExportPreset, ExportSchedule, Format
from core.exports.sources import Source


class ExportForm(forms.Form):
    """`columns` keep the order in which they are sent."""

    SHOWN, ALL, TICKED = "shown", "all", "ticked"

    format = forms.ChoiceField(choices=Format, label=_("File"))
    which = forms.ChoiceField(
        choices=[(SHOWN, _("What the list shows")), (ALL, _("All")), (TICKED, _("Ticked"))],
        required=False,
        label=_("Which"),
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        error_messages={
            "required": _("Choose at least one column."),
            "invalid_choice": _("There is no column “%(value)s”."),
        },
    )

    def __init__(self, *args, source: Source, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        offered = source.visible_columns(actor)
        columns = cast(forms.MultipleChoiceField, self.fields["columns"])
        columns.choices = [(column.name, column.label) for column in offered]


class PresetForm(ExportForm):
    """Keeping the columns under a name."""

    preset_name = forms.CharField(
        label=_("Name of the preset"),
        max_length=ExportPreset._meta.get_field("name").max_length,
        error_messages={"required": _("Give the preset a name.")},
    )


class ScheduleForm(ExportForm):
    """The same file again and again, on the reader's clock."""

    name = forms.CharField(
        label=_("Name"), max_length=ExportSchedule._meta.get_field("name").max_length
    )
    every = forms.ChoiceField(choices=ExportSchedule.Every, label=_("How often"))
    weekday = forms.TypedChoiceField(
        choices=WEEKDAYS.items(), coerce=int, empty_value=None, required=False, label=_("Weekday")
    )
    hour = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)], coerce=int, label=_("Hour")
    )

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("every") == ExportSchedule.Every.DAY:
            given["weekday"] = None
        elif given.get("weekday") is None and "weekday" not in self.errors:
            self.add_error("weekday", _("Choose the day of the week."))
        return given
