"""What is typed about consents, and the papers about them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms

from patients.actions.consents import Decision
from patients.models.consent import ConsentDecision, ConsentKind, ConsentMethod
from patients.models.document import PAPERS

# What staff write down; the link in a message writes its own.
_METHODS = [(way.value, way.label) for way in ConsentMethod if way != ConsentMethod.LINK]


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day(
    label: str,
    help_text: str = "",
    *,
    required: bool = True,
    validators: Sequence[Callable[[date], None]] = (),
) -> forms.DateField:
    """A day, written as browsers write it."""
    return forms.DateField(
        validators=validators,
        label=label,
        help_text=help_text,
        required=required,
        widget=DateInput(),
        input_formats=["%Y-%m-%d"],
    )


class ConsentForm(forms.Form):
    """One decision."""

    prefix = "consent"

    kind = forms.ChoiceField(label="About", choices=ConsentKind.choices)
    decision = forms.ChoiceField(choices=ConsentDecision.choices, initial=ConsentDecision.PERMIT)
    method = forms.ChoiceField(label="How", choices=_METHODS, initial=ConsentMethod.PAPER)
    given_by = forms.CharField(
        max_length=150, help_text="The person, or who decided for them and as what."
    )
    decided_date = day("Decided on")
    until_date = day("Holds until", "The first day on which it no longer holds.", required=False)
    version = forms.CharField(
        label="Version of the text", max_length=40, required=False, help_text="As printed on it."
    )

    def decided(self) -> Decision:
        """The checked answers. Call it only when the form is valid."""
        answers: dict[str, Any] = self.cleaned_data
        return Decision(
            kind=ConsentKind(answers["kind"]),
            decision=ConsentDecision(answers["decision"]),
            method=ConsentMethod(answers["method"]),
            given_by=" ".join(answers["given_by"].split()),
            decided_date=answers["decided_date"],
            until_date=answers["until_date"],
            version=answers["version"].strip(),
        )


class DocumentForm(forms.Form):
    """A scanned paper."""

    kind = forms.ChoiceField(label="What it is", choices=[(k.value, k.label) for k in PAPERS])
    file = forms.FileField(
        label="The file",
        help_text="PDF, JPEG or PNG, at most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
