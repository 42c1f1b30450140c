"""What somebody says about how they want to be reached."""

from django import forms

from patients.actions.communication import Wish
from patients.models.communication import QUIET_FROM, QUIET_UNTIL, PreferredChannel
from patients.queries.reach import ReachCard


class TimeInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ReachForm(forms.Form):
    """By what, when not, and whether they want to be reminded."""

    prefix = "reach"

    channel = forms.ChoiceField(
        label="How we tell them things",
        choices=PreferredChannel.choices,
        help_text="If this way fails, the other one is tried, unless they want none.",
    )
    quiet_from = forms.TimeField(
        label="Not after",
        widget=TimeInput(),
        initial=QUIET_FROM,
        help_text="Only what cannot wait is sent between these times.",
    )
    quiet_until = forms.TimeField(
        label="Not before",
        widget=TimeInput(),
        initial=QUIET_UNTIL,
        help_text="The same time twice: at any hour.",
    )
    reminders = forms.BooleanField(label="Remind them of visits", required=False, initial=True)

    def wish(self) -> Wish:
        """The checked answers. Call it only when the form is valid."""
        return Wish(**self.cleaned_data)


def reach_initial(card: ReachCard) -> dict[str, object]:
    """What the form begins with: what they said, or else what holds without a word of theirs."""
    said = card.preference
    if said is None:
        return {"channel": card.to.channel or PreferredChannel.NONE}
    return {name: getattr(said, name) for name in ReachForm.base_fields}


class WriteAgainForm(forms.Form):
    """Why messages may be sent to an address again."""

    prefix = "again"

    stop = forms.IntegerField(widget=forms.HiddenInput(), min_value=1, max_value=2**62)
    reason = forms.CharField(label="Why it works again", max_length=200)
