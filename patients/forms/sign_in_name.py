"""The one field in which somebody types with what they sign in."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.sign_in_names import number_in, of_number
from patients.domain.phone import is_dialled, phone_digits


class SignInNameField(forms.CharField):
    """An e-mail address, or a mobile number where the clinic sends text messages.

    Its value is the name of the user (`clinic.accounts.sign_in_names`), in small letters.
    """

    def __init__(self, **options: Any) -> None:
        is_either = settings.SMS is not None
        label = gettext_lazy("Your e-mail or mobile number") if is_either else _mail_only
        widget = forms.TextInput(
            attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}
        )
        ours: dict[str, Any] = {"label": label, "max_length": 254, "widget": widget}
        super().__init__(**ours | options)

    def prepare_value(self, value: Any) -> Any:
        """A number that is known already, as people write it."""
        return number_in(value) or value if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Raises `ValidationError` with a sentence."""
        typed: str = super().clean(value).strip().lower()
        if "@" in typed or settings.SMS is None:
            validate_email(typed)
            if number_in(typed):
                raise ValidationError(_("Type the number alone, please."))
            return typed
        digits = phone_digits(typed)
        if not is_dialled(digits):
            raise ValidationError(_("Type your e-mail, or your number with its area code."))
        return of_number(digits)


_mail_only = gettext_lazy("Your e-mail")
