"""Shapes of the owner's deadlines and calendars. Reminders are typed in hours, days as a list."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from core.deadlines.defaults import Terms, actions_of
from core.deadlines.models import Action, DeadlineRule, HolidayCalendar, UnitChoice
from marketplace.deadlines.steps import hours

DAY = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})[\s,;]*(?P<name>.{0,120})")


class RuleForm(forms.Form):
    amount = forms.IntegerField(label=_("How long"), min_value=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=UnitChoice.choices)
    calendar = forms.ModelChoiceField(
        label=_("Holiday calendar"),
        queryset=HolidayCalendar.objects.order_by("name"),
        required=False,
        empty_label=_("None: Saturday and Sunday are free"),
        help_text=_("Matters to working days only."),
    )
    reminders_before = forms.CharField(
        label=_("Remind so many hours before"),
        required=False,
        max_length=80,
        help_text=_("Separated by commas, such as 24, 4. Empty: nobody is reminded."),
    )
    on_expiry = forms.ChoiceField(label=_("What happens when nobody has acted"))

    def __init__(self, *args, step: str, **options):
        super().__init__(*args, **options)
        self.fields["on_expiry"].choices = [
            (action, Action(action).label) for action in actions_of(step)
        ]

    @classmethod
    def initial_of(cls, rule: DeadlineRule | Terms) -> dict[str, Any]:
        """What stands in the form for a rule in force."""
        return {
            "amount": rule.amount,
            "unit": rule.unit,
            "calendar": rule.calendar,
            "reminders_before": ", ".join(hours(minutes) for minutes in rule.reminders_before),
            "on_expiry": rule.on_expiry,
        }

    def clean_reminders_before(self) -> list[int]:
        """In minutes."""
        given = self.cleaned_data["reminders_before"].replace(";", ",").split(",")
        try:
            return [round(Decimal(words.strip()) * 60) for words in given if words.strip()]
        except (InvalidOperation, ValueError, OverflowError):
            raise forms.ValidationError(_("Write hours as numbers, separated by commas: 24, 4."))


class CalendarForm(forms.Form):
    """The whole calendar at once: a list that can be pasted, added to and shortened."""

    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("What programs call it: letters, digits, -, _.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    weekend = forms.TypedMultipleChoiceField(
        label=_("Days of the week on which nobody works"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        max_length=120_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("One day per line, such as 2026-12-25 Christmas Day. Paste a whole list."),
    )

    def __init__(self, *args, calendar: HolidayCalendar | None = None, **options):
        super().__init__(*args, **options)
        if calendar is not None:
            del self.fields["code"]

    @classmethod
    def initial_of(cls, calendar: HolidayCalendar) -> dict[str, Any]:
        days = calendar.holidays.values_list("date", "name")
        return {
            "name": calendar.name,
            "weekend": calendar.weekend,
            "holidays": "\n".join(f"{day} {name}".strip() for day, name in days),
        }

    def clean_holidays(self) -> dict[date, str]:
        """{day: its name}; every line that cannot be read is named."""
        days: dict[date, str] = {}
        wrong = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), start=1):
            if not line.strip():
                continue
            found = DAY.fullmatch(line.strip())
            try:
                days[date.fromisoformat(found["day"])] = found["name"].strip()  # type: ignore[index]
            except (TypeError, ValueError):
                wrong.append(str(number))
        if wrong:
            raise forms.ValidationError(
                _("Not a day such as 2026-12-25, in line %(lines)s.")
                % {"lines": ", ".join(wrong[:10])}
            )
        return days
