"""Pausing a kind of message."""

from django import forms

from clinic.messaging.actions.operating import NEVER_PAUSED
from clinic.messaging.models import MessageKind


class ResumeForm(forms.Form):
    """Which kind."""

    kind = forms.ChoiceField(
        label="Kind of message",
        choices=[(kind.value, kind.label) for kind in MessageKind if kind not in NEVER_PAUSED],
    )


class PauseForm(ResumeForm):
    """Which kind, and why."""

    reason = forms.CharField(max_length=200, label="Why")
