"""What somebody says to the clinical rules."""

from typing import Any
from uuid import UUID

from django import forms

SEVERITIES = [
    ("", "Everything"),
    ("block", "What stops"),
    ("warn", "Warnings"),
    ("info", "Good to know"),
]
STATES = [("open", "Open"), ("overridden", "Gone on all the same"), ("all", "All")]


class SeenField(forms.Field):
    """The rules whose warnings were read: their keys, those of one line with spaces between."""

    widget = forms.MultipleHiddenInput
    most = 60

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> frozenset[str]:
        keys = [key for item in value or () for key in str(item).split()]
        if len(keys) > self.most or any(len(key) > 80 or not key.isprintable() for key in keys):
            raise forms.ValidationError("These are no rules.")
        return frozenset(keys)


def override_field(*, required: bool = False) -> forms.CharField:
    """Why something goes on although a clinical rule stops it."""
    return forms.CharField(
        required=required,
        min_length=5 if required else None,
        max_length=500,
        label="Why it goes on all the same",
        help_text="Stays on record for ever, with your name.",
    )


class OverrideForm(forms.Form):
    """Why it goes on although a rule says no."""

    reason = override_field(required=True)


class AlsoField(forms.Field):
    """The other findings of a line."""

    widget = forms.MultipleHiddenInput
    most = 60

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> frozenset[UUID]:
        try:
            found = frozenset(UUID(str(item)) for item in value or ())
        except ValueError as error:
            raise forms.ValidationError("These are no findings.") from error
        if len(found) > self.most:
            raise forms.ValidationError("These are too many at once.")
        return found


class SeenForm(forms.Form):
    """What one has seen, and where one goes on."""

    also = AlsoField()
    next = forms.CharField(required=False, max_length=10)


class InboxForm(forms.Form):
    """Which findings are wanted."""

    severity = forms.ChoiceField(required=False, choices=SEVERITIES, label="Weight")
    state = forms.ChoiceField(required=False, choices=STATES, label="State")
