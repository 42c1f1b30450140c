"""What the manager chooses about messages."""

from django import forms

from clinic.messaging.models import Channel, MessageKind, MessageStatus
from clinic.messaging.queries import WITHOUT_A_WORD, OutboxFilter


class OutboxForm(forms.Form):
    """Which messages to show."""

    status = forms.ChoiceField(
        label="What became of it",
        required=False,
        choices=[
            ("", "All"),
            *MessageStatus.choices,
            (WITHOUT_A_WORD, "Sent, no word since"),
        ],
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "All"), *MessageKind.choices]
    )
    channel = forms.ChoiceField(label="By", required=False, choices=[("", "All"), *Channel.choices])
    all_optional = True

    def wanted(self) -> OutboxFilter:
        """What is asked for; a choice that does not exist asks for nothing in particular."""
        self.is_valid()
        return OutboxFilter(**{name: self.cleaned_data.get(name, "") for name in self.fields})
