"""What people say in the portal about how the clinic may write to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.communication import Wish
from patients.domain.phone import is_dialled, phone_digits
from patients.forms.reach import TimeInput
from patients.models import Patient
from patients.models.communication import QUIET_FROM, QUIET_UNTIL, PreferredChannel
from patients.queries.reach import OwnReach


class OwnReachForm(forms.Form):
    """By what, in which language, when not, and whether to remind."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How may we write to you?"),
        choices=[
            (PreferredChannel.EMAIL, gettext_lazy("By e-mail")),
            (PreferredChannel.SMS, gettext_lazy("By text message")),
            (PreferredChannel.NONE, gettext_lazy("Do not write. Call me.")),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language?"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    reminders = forms.BooleanField(
        label=gettext_lazy("Remind me of my visits"), required=False, initial=True
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("No messages after"), widget=TimeInput(), initial=QUIET_FROM
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("No messages before"), widget=TimeInput(), initial=QUIET_UNTIL
    )

    def wish(self) -> Wish:
        """The checked answers. Call it only when the form is valid."""
        said = dict(self.cleaned_data)
        said.pop("language")
        return Wish(**said)


class NewEmailForm(forms.Form):
    """Another e-mail address."""

    email = forms.EmailField(
        label=gettext_lazy("Your new e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def address(self) -> str:
        """As messages are sent to it."""
        email: str = self.cleaned_data["email"]
        return email.strip()


class NewPhoneForm(forms.Form):
    """Another mobile number."""

    phone = forms.CharField(
        label=gettext_lazy("Your new mobile number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not is_dialled(phone_digits(phone)):
            raise ValidationError(_("Type the number with its area code."))
        return phone

    def address(self) -> str:
        """As messages are sent to it: +15125550100."""
        return f"+{phone_digits(self.cleaned_data['phone'])}"


def own_initial(patient: Patient, reach: OwnReach) -> dict[str, Any]:
    """What the form begins with: what they said, or else what holds without a word of theirs."""
    said = reach.preference
    if said is None:
        channel = reach.to.channel or PreferredChannel.NONE
        return {"channel": channel, "language": patient.language}
    kept = ("channel", "reminders", "quiet_from", "quiet_until")
    return {name: getattr(said, name) for name in kept} | {"language": patient.language}
