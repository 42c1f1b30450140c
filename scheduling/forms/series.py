"""What course of visits is wanted, which times were chosen, and what becomes of its visits."""

from datetime import date, datetime
from typing import Any

from django import forms

from scheduling.domain.courses import LONGEST_COURSE, CourseWish, PartOfDay, Scope
from scheduling.forms.booking import CancelForm, region_field, row_field
from scheduling.forms.fields import DayField, parse_instant
from scheduling.models import Weekday

PARTS = [
    (PartOfDay.ANY.value, "Any time"),
    (PartOfDay.MORNING.value, "Mornings"),
    (PartOfDay.AFTERNOON.value, "Afternoons"),
]
APART = [(1, "On following days, if need be"), (2, "At least 2 days"), (3, "At least 3 days")]
SCOPES = [
    (Scope.ONE.value, "Only this visit"),
    (Scope.LATER.value, "This and all later ones"),
    (Scope.ALL.value, "All that are still to come"),
]


class CourseForSomebodyForm(forms.Form):
    """For whom a course is to be found, or which course gets more visits.

    `course` is the course of treatment in which the visits are counted.
    """

    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    series = forms.UUIDField(required=False, widget=forms.HiddenInput)
    site = row_field(required=False)
    course = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Either of the two must be there."""
        found = super().clean() or {}
        if not self.errors and not found.get("patient") and not found.get("series"):
            raise forms.ValidationError("Say for whom the course is.")
        return found


class CourseForm(forms.Form):
    """The wish: how many visits, how often, when and with whom."""

    visit_type = forms.ChoiceField(label="Kind of visit")
    count = forms.IntegerField(min_value=1, max_value=LONGEST_COURSE, label="Visits")
    per_week = forms.IntegerField(min_value=1, max_value=7, label="A week")
    first_day = DayField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    clinician = forms.ChoiceField(required=False, label="With")
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        choices=[(day.value, day.label[:3]) for day in Weekday],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label="Rather on",
    )
    part = forms.ChoiceField(
        required=False, choices=PARTS, widget=forms.RadioSelect, label="Rather at"
    )
    days_apart = forms.TypedChoiceField(choices=APART, coerce=int, label="Between two visits")
    region = region_field()

    def __init__(
        self,
        *args: Any,
        kinds: list[tuple[str, str]],
        people: list[tuple[int, str]],
        asks_region: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].required = True
        if not asks_region:
            del self.fields["region"]
        kind, clinician = self.fields["visit_type"], self.fields["clinician"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(clinician, forms.ChoiceField)
        kind.choices = kinds
        clinician.choices = [("", "Anybody who may do it"), *people]

    def clean_first_day(self) -> date:
        """A day is needed: there is no course from nowhere."""
        day: date | None = self.cleaned_data["first_day"]
        if day is None:
            raise forms.ValidationError("Say from which day on.")
        return day

    def wish(self, standing: tuple[date, ...] = ()) -> CourseWish:
        """What was asked for, once it is valid."""
        said = self.cleaned_data
        return CourseWish(
            count=said["count"],
            per_week=said["per_week"],
            first_day=said["first_day"],
            weekdays=tuple(said["weekdays"]),
            part=PartOfDay(said["part"] or PartOfDay.ANY),
            clinician_id=int(said["clinician"]) if said["clinician"] else None,
            days_apart=said["days_apart"],
            standing=standing,
        )


class ChosenTimesField(forms.MultipleChoiceField):
    """Times of a course, each as `Slot.key`; empty ones are left out."""

    def clean(self, value: Any) -> list[tuple[datetime, int | None]]:
        """The instants, once each."""
        keys = [key for key in value or [] if key]
        if len(keys) > LONGEST_COURSE + 1:
            raise forms.ValidationError(f"A course has at most {LONGEST_COURSE} visits.")
        return sorted({_time(key) for key in keys}, key=lambda time: (time[0], time[1] or 0))


def _time(key: str) -> tuple[datetime, int | None]:
    instant, _, clinician = key.partition("/")
    if len(key) > 60 or (clinician and not clinician.isdecimal()):
        raise forms.ValidationError("Choose among the offered times.")
    return parse_instant(instant), min(int(clinician), 2**31) if clinician else None


class ChosenTimesForm(forms.Form):
    """The times that a person settled on, and whether to book them or only to look again."""

    visit = ChosenTimesField(required=False)
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    do = forms.ChoiceField(choices=[("show", "show"), ("book", "book")])


class MoveSeriesForm(forms.Form):
    """Where a visit of a course goes, and which others go with it."""

    scope = forms.ChoiceField(choices=SCOPES, widget=forms.RadioSelect, label="Which visits")
    day = DayField(label="This visit goes to", widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(
        input_formats=["%H:%M", "%H:%M:%S"],
        label="At",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    clinician = forms.ChoiceField(required=False, label="With")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].required = True
        clinician = self.fields["clinician"]
        assert isinstance(clinician, forms.ChoiceField)
        clinician.choices = [
            ("", "Whom each visit is with now"),
            ("any", "Anybody who may do it"),
            *people,
        ]

    def clean_day(self) -> date:
        """A day is needed."""
        day: date | None = self.cleaned_data["day"]
        if day is None:
            raise forms.ValidationError("Say to which day.")
        return day


class CancelSeriesForm(CancelForm):
    """Which visits of a course are cancelled, and why."""

    scope = forms.ChoiceField(choices=SCOPES, widget=forms.RadioSelect, label="Which visits")
    field_order = ("scope", "cancellation_reason", "note")
