"""What somebody says to the clinical rules."""

from typing import Any

from django import forms

SEVERITIES = [("", "Everything"), ("block", "What stops"), ("warn", "Warnings")]
STATES = [("open", "Open"), ("overridden", "Gone on all the same"), ("all", "All")]


class SeenField(forms.Field):
    """The rules whose warnings were read: their keys, as many as there are."""

    widget = forms.MultipleHiddenInput
    most = 60

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> frozenset[str]:
        keys = [str(item) for item in value or ()]
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


class InboxForm(forms.Form):
    """Which findings are wanted."""

    severity = forms.ChoiceField(required=False, choices=SEVERITIES, label="Weight")
    state = forms.ChoiceField(required=False, choices=STATES, label="State")
