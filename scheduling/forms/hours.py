"""Hours, leave and holidays as people type them."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django import forms

from scheduling.domain.week import Stretch, read_stretches, write_stretches
from scheduling.forms.fields import near_day
from scheduling.models import Weekday

CLOCKS = ["%H:%M", "%H:%M:%S", "%I:%M %p"]


class NearDateField(forms.DateField):
    """A day from a date picker, not absurdly far away."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        return day and near_day(day)


def _clock(label: str, **kwargs: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(
        label=label, required=False, widget=widget, input_formats=CLOCKS, **kwargs
    )


class StretchesField(forms.CharField):
    """The open hours of one weekday; empty means closed."""

    def clean(self, value: Any) -> list[tuple[time, time]]:
        try:
            return read_stretches(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class WeekForm(forms.Form):
    """The hours of a whole week, and for which days they count."""

    all_optional = True

    from_date = NearDateField(label="Counts from")
    until_date = NearDateField(
        label="Through", required=False, help_text="Empty: until you change it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[f"day_{day.value}"] = StretchesField(
                label=day.label, required=False, max_length=200
            )

    @property
    def days(self) -> list[Any]:
        """The fields of the seven days, as bound fields."""
        return [self[f"day_{day.value}"] for day in Weekday]

    def week(self) -> list[Stretch]:
        """What was typed, as stretches."""
        return [
            Stretch(day.value, opens, closes)
            for day in Weekday
            for opens, closes in self.cleaned_data[f"day_{day.value}"]
        ]


def week_values(week: Iterable[Stretch]) -> dict[str, str]:
    """What the form of a week begins with."""
    stretches = list(week)
    return {
        f"day_{day.value}": write_stretches(
            (row.opens, row.closes) for row in stretches if row.weekday == day
        )
        for day in Weekday
    }


class WeekChoiceForm(forms.Form):
    """Which of the weeks that were entered is to be changed: the one that counts on a day."""

    on = NearDateField(required=False)


class LeaveForm(forms.Form):
    """Days (or hours of days) on which somebody is away, or the site is closed."""

    first_date = NearDateField(label="First day")
    last_date = NearDateField(label="Last day")
    from_time = _clock("From", help_text="Empty: the whole first day.")
    until_time = _clock("Until", help_text="Empty: the whole last day.")
    reason = forms.CharField(max_length=200, required=False, help_text="Colleagues can read it.")


class HolidayForm(forms.Form):
    """A special day."""

    local_date = NearDateField(label="Day")
    name = forms.CharField(max_length=100)
    is_observed = forms.BooleanField(label="The site keeps this day", required=False, initial=True)
    opens = _clock("Opens", help_text="For a short day. Empty: closed all day.")
    closes = _clock("Closes")


class YearForm(forms.Form):
    """A year of a calendar."""

    year = forms.IntegerField(min_value=2000, max_value=2100)
