"""What is typed about any course: when, what for, its steps, its visits."""

from datetime import date, datetime
from typing import Any

from django import forms

from clinic.shared.errors import DomainError
from treatments.forms.rules import SeenField, override_field
from treatments.models import VisitOutcome

CAME = [
    (VisitOutcome.ATTENDED.value, "Came"),
    (VisitOutcome.MISSED.value, "Did not come"),
]


class DayField(forms.DateField):
    """A day as browsers send it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **options)


class CourseBasicsForm(forms.Form):
    """When a course begins and ends, what it is for, and what the person is told."""

    begins = forms.ChoiceField(
        choices=[("now", "It begins"), ("later", "Plan it for later")],
        widget=forms.RadioSelect,
        initial="now",
        label="When",
    )
    start_date = DayField(required=False, label="First day")
    end_date = DayField(required=False, label="Last day")
    goal = forms.CharField(
        required=False,
        max_length=2000,
        label="Goal",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    instructions = forms.CharField(
        required=False,
        max_length=4000,
        label="Instructions for the person",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def basics(self) -> dict[str, Any]:
        """The fields of a `CourseOrder` besides patient, treatment and detail."""
        names = ("start_date", "end_date", "goal", "instructions")
        return {name: self.cleaned_data[name] for name in names}


class SaidToRulesForm(forms.Form):
    """Why somebody goes on although a rule says no, and which warnings they have seen."""

    override_reason = override_field()
    seen = SeenField()


class FromConsultationForm(SaidToRulesForm):
    """In which consultation something is ordered, if in one; and what is said to the rules."""

    consultation = forms.UUIDField(required=False)


class StepForm(forms.Form):
    """A step of a course: where it leads, from which day on, why."""

    to = forms.CharField(max_length=20, widget=forms.HiddenInput)
    on = DayField(required=False, label="On")
    reason = forms.CharField(required=False, max_length=500, label="Reason")
    override_reason = override_field()


class DoseChangeForm(forms.Form):
    """From when another dose is taken, and why."""

    on = DayField(label="From")
    reason = forms.CharField(required=False, max_length=500, label="Why")


class VisitForm(forms.Form):
    """A visit of a course. Without a time it is now."""

    outcome = forms.ChoiceField(
        choices=CAME, initial=VisitOutcome.ATTENDED.value, widget=forms.RadioSelect, label="Visit"
    )
    occurred_at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        label="When",
        help_text="Empty means now.",
    )
    minutes = forms.IntegerField(required=False, min_value=1, max_value=600, label="Minutes")
    is_progress_report = forms.BooleanField(required=False, label="With a progress report")
    note = forms.CharField(required=False, max_length=4000, label="Note")
    is_another = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def when(self, now: datetime) -> datetime:
        """When it was."""
        said: datetime | None = self.cleaned_data["occurred_at"]
        return said or now


class SelfCareForm(forms.Form):
    """How often somebody did it in the last seven days."""

    times_done = forms.IntegerField(min_value=0, max_value=100, label="Times in the last 7 days")
    asked_date = DayField(required=False, label="Asked on", help_text="Empty means today.")
    note = forms.CharField(required=False, max_length=1000, label="Note")

    def asked(self, today: date) -> date:
        """On which day it was asked."""
        said: date | None = self.cleaned_data["asked_date"]
        return said or today


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a refusal where the person can correct it: at its field, or above the form."""
    for name, sentences in error.details.get("fields", {}).items():
        named = name if name in form.fields else None
        if isinstance(sentences, list):
            for sentence in sentences:
                form.add_error(named, sentence)
    if not form.errors:
        form.add_error(None, error.sentence)
