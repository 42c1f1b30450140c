"""Harm as it is written down, and the days of a report."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from treatments.actions.adverse_events import Harm
from treatments.forms.scores import local_input
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    CtcaeGrade,
    EventOutcome,
    Procedure,
    Relatedness,
    TreatmentCourse,
)

# CTCAE version 5, in our words.
GRADE_WORDS = {
    CtcaeGrade.MILD: "no treatment, only watched",
    CtcaeGrade.MODERATE: "minor treatment; hinders housework, shopping and the like",
    CtcaeGrade.SEVERE: "hospital or disabling; hinders washing, dressing, eating",
    CtcaeGrade.LIFE_THREATENING: "urgent treatment",
    CtcaeGrade.DEATH: "",
}
USUAL_PERIOD = timedelta(days=365)
LONGEST_PERIOD = timedelta(days=3 * 366)
LARGEST = 2**31 - 1
# What the form and the event call by the same name.
_SAME = (
    "onset_at",
    "grade",
    "relatedness",
    "description",
    "actions_taken",
    "outcome",
    "resolved_date",
    "reported_to",
    "reported_date",
)


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def grade_choices() -> list[tuple[int, str]]:
    """Each grade with what it means."""
    return [
        (grade.value, f"{grade.label}{f': {words}' if words else ''}")
        for grade, words in GRADE_WORDS.items()
    ]


class HarmForm(forms.Form):
    """What happened, how bad, and what became of it."""

    risk = forms.ChoiceField(label="What")
    about = forms.ChoiceField(label="After", required=False)
    onset_at = forms.DateTimeField(label="Began", widget=local_input())
    grade = forms.TypedChoiceField(
        label="How bad (CTCAE)", coerce=int, choices=grade_choices(), widget=forms.RadioSelect
    )
    relatedness = forms.ChoiceField(
        label="Caused by it", choices=Relatedness.choices, initial=Relatedness.POSSIBLE
    )
    description = forms.CharField(
        label="What happened", max_length=5000, widget=forms.Textarea({"rows": 3})
    )
    actions_taken = forms.CharField(
        label="What was done",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2}),
    )
    outcome = forms.ChoiceField(
        label="Now", choices=EventOutcome.choices, initial=EventOutcome.ONGOING
    )
    resolved_date = forms.DateField(label="Over since", required=False, widget=_day())
    reported_to = forms.CharField(
        label="Reported to",
        required=False,
        max_length=200,
        help_text="FDA MedWatch for drugs and devices, the insurer, the primary care physician.",
    )
    reported_date = forms.DateField(label="Reported on", required=False, widget=_day())
    revision = forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput
    )

    def __init__(
        self,
        *args: Any,
        risks: Sequence[CatalogueEntry],
        procedures: Sequence[Procedure],
        courses: Sequence[TreatmentCourse],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.risks = {row.pk: row for row in risks}
        self.links: dict[str, Any] = {f"p{row.pk}": row for row in procedures}
        self.links |= {f"c{row.pk}": row for row in courses}
        fields: dict[str, Any] = self.fields
        fields["risk"].choices = [(row.pk, row.name) for row in risks]
        fields["about"].choices = [
            ("", "Nothing in particular"),
            *((key, _named(row)) for key, row in self.links.items()),
        ]

    def harm(self) -> Harm:
        """What was said. Call it only when the form is valid."""
        said = self.cleaned_data
        link = self.links.get(said["about"])
        return Harm(
            risk=self.risks[said["risk"]],
            procedure=link if isinstance(link, Procedure) else None,
            course=link if isinstance(link, TreatmentCourse) else None,
            **{name: said[name] for name in _SAME},
        )


def initial_harm(event: AdverseEvent) -> dict[str, Any]:
    """What the form shows of an event."""
    names = (*_SAME, "revision")
    shown = {name: getattr(event, name) for name in names}
    return shown | {"risk": event.risk_id, "about": about_of(event)}


def about_of(event: AdverseEvent) -> str:
    """The value of the field `about`."""
    if event.procedure_id:
        return f"p{event.procedure_id}"
    return f"c{event.course_id}" if event.course_id else ""


class PeriodForm(forms.Form):
    """From which day to which; the last year unless said otherwise."""

    first_date = forms.DateField(label="From", required=False, widget=_day())
    last_date = forms.DateField(label="Through", required=False, widget=_day())

    def clean(self) -> dict[str, Any]:
        """In order, and not longer than anybody compares."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first_date"), said.get("last_date")
        if first and last and first > last:
            self.add_error("last_date", "The last day is before the first.")
        elif first and last and last - first > LONGEST_PERIOD:
            self.add_error("first_date", "Ask for at most three years at once.")
        return said

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day. Call it only when the form is valid."""
        last = self.cleaned_data.get("last_date") or today
        first = self.cleaned_data.get("first_date") or max(
            date(1900, 1, 1), last - USUAL_PERIOD if last.year > 1901 else last
        )
        return min(first, last), last


class AboutForm(forms.Form):
    """The procedure an event is recorded from, in the address of the page."""

    procedure = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


def _named(row: Any) -> str:
    if isinstance(row, Procedure):
        return f"{row.performed_at:%b %-d, %Y} {row.text}"
    return f"{row.start_date:%b %-d, %Y} {row.treatment.name} (course)"
