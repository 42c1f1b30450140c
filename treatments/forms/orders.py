"""Forms of an order and of what came back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from clinic.shared.errors import DomainError
from clinic.shared.uploads import CheckedFile, check_file
from treatments.actions.orders import FILES_AT_MOST, Findings, OrderWish, Result
from treatments.models import CatalogueEntry, OrderPriority

_KINDS = {
    "imaging": "Imaging",
    "laboratory": "Laboratory",
    "procedure": "Diagnostic procedures",
    "examination": "Examinations and referrals",
}
# Empty lines for numbers that the catalogue does not name.
SPARE = 3


class _Day(forms.DateInput):
    input_type = "date"


class OrderForm(forms.Form):
    """A test or referral to order."""

    diagnostic = forms.ChoiceField(label="What")
    region = forms.CharField(
        required=False, max_length=100, label="Part of the body", help_text="e.g. lumbar spine"
    )
    detail = forms.CharField(
        required=False, max_length=500, label="Details", help_text="e.g. with contrast"
    )
    reason = forms.CharField(max_length=1000, label="Why", widget=forms.Textarea(attrs={"rows": 3}))
    priority = forms.ChoiceField(
        choices=OrderPriority.choices, initial=OrderPriority.ROUTINE, widget=forms.RadioSelect
    )
    due_date = forms.DateField(required=False, label="Wanted by", widget=_Day())

    def __init__(self, *args: Any, diagnostics: Sequence[CatalogueEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.diagnostics = {entry.key: entry for entry in diagnostics}
        field: Any = self.fields["diagnostic"]
        groups = [
            (label, [(e.key, e.name) for e in diagnostics if e.kind == kind])
            for kind, label in _KINDS.items()
        ]
        field.choices = [("", "Choose"), *((label, items) for label, items in groups if items)]

    def clean(self) -> dict[str, Any]:
        """What needs a part of the body has one, and nothing is wanted in the past."""
        said = super().clean() or self.cleaned_data
        entry = self.diagnostics.get(said.get("diagnostic", ""))
        if entry and entry.details.get("needs_region") and not said.get("region"):
            self.add_error("region", f"Say which part of the body for {entry.name}.")
        if said.get("due_date") and said["due_date"] < timezone.localdate():
            self.add_error("due_date", "This day is over.")
        return said

    def wish(self) -> OrderWish:
        """What is wanted; call it after the form was checked."""
        said = self.cleaned_data
        return OrderWish(
            diagnostic=self.diagnostics[said["diagnostic"]],
            reason=said["reason"],
            region=said["region"],
            detail=said["detail"],
            priority=OrderPriority(said["priority"]),
            due_date=said["due_date"],
        )


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each checked by what is in it."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        """The files. Raises `ValidationError` with a sentence."""
        given = data if isinstance(data, list) else [data] if data else []
        if len(given) > FILES_AT_MOST:
            raise forms.ValidationError(f"Choose at most {FILES_AT_MOST} files.")
        return [self._checked(file) for file in given]

    @staticmethod
    def _checked(file: "UploadedFile[Any]") -> CheckedFile:
        try:
            return check_file(file)
        except DomainError as error:
            raise forms.ValidationError(error.sentence) from None


class ReportForm(forms.Form):
    """What came back: a conclusion, numbers with units, files."""

    effective_date = forms.DateField(label="Done on", widget=_Day())
    conclusion = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))
    is_abnormal = forms.BooleanField(required=False, label="Abnormal")
    attachments = FilesField(
        required=False, label="Files", help_text="PDF, JPEG or PNG; any number, as they came."
    )

    def __init__(self, *args: Any, results: Sequence[dict[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = len(results) + SPARE
        known = [*results, *({"text": "", "unit": ""} for _ in range(SPARE))]
        for number, one in enumerate(known):
            self._add_line(number, one)

    def _add_line(self, number: int, one: dict[str, str]) -> None:
        self.fields[f"text-{number}"] = forms.CharField(
            required=False, max_length=120, label="What", initial=one.get("text", "")
        )
        self.fields[f"value-{number}"] = forms.DecimalField(
            required=False, max_digits=18, decimal_places=6, label="Number", localize=False
        )
        # A number without a unit has the unit "1" in the catalogue.
        unit = "" if one.get("unit") == "1" else one.get("unit", "")
        self.fields[f"unit-{number}"] = forms.CharField(
            required=False, max_length=40, label="Unit", initial=unit
        )

    def lines(self) -> list[tuple[forms.BoundField, ...]]:
        """The fields of the numbers, a line each."""
        return [
            (self[f"text-{number}"], self[f"value-{number}"], self[f"unit-{number}"])
            for number in range(self._lines)
        ]

    def clean(self) -> dict[str, Any]:
        """A number has a name, and the day is not to come."""
        said = super().clean() or self.cleaned_data
        for number in range(self._lines):
            if said.get(f"value-{number}") is not None and not said.get(f"text-{number}"):
                self.add_error(f"text-{number}", "Say what this number is.")
        if said.get("effective_date") and said["effective_date"] > timezone.localdate():
            self.add_error("effective_date", "This day is to come.")
        return said

    def findings(self) -> Findings:
        """What was written; call it after the form was checked."""
        said = self.cleaned_data
        return Findings(
            effective_date=said["effective_date"],
            conclusion=said["conclusion"],
            is_abnormal=said["is_abnormal"],
            results=[
                Result(said[f"text-{n}"], said[f"value-{n}"], said[f"unit-{n}"])
                for n in range(self._lines)
                if said.get(f"value-{n}") is not None
            ],
            files=said["attachments"],
        )


class CancelForm(forms.Form):
    """Why an order is taken back."""

    reason = forms.CharField(max_length=500, label="Why it is cancelled")
