"""What somebody types on the way into the portal."""

import re
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.models import User
from patients.actions.portal_requests import Asked
from patients.domain.phone import is_dialled, phone_digits
from patients.forms.sign_in_name import SignInNameField
from patients.models.portal_request import RequestedFor

OLDEST = 120


def too_often() -> str:
    """For whoever tried so often that nothing was looked at; what they typed stands below it."""
    return _("That was too often in a short time. Please wait a few minutes, then try again.")


class BirthDateForm(forms.Form):
    """A birth date as people say it: a calendar that begins today is of no help to the old.

    The value stands in `cleaned_data["birth_date"]`.
    """

    month = forms.TypedChoiceField(
        label=gettext_lazy("Month"),
        choices=[("", "–"), *MONTHS.items()],
        coerce=int,
        error_messages={"required": gettext_lazy("Choose the month.")},
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day"),
        min_value=1,
        max_value=31,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "bday-day", "maxlength": 2}
        ),
        error_messages={"required": gettext_lazy("Type the day.")},
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        min_value=1000,
        max_value=9999,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "bday-year", "maxlength": 4}
        ),
        error_messages={
            "min_value": gettext_lazy("Type all four digits of the year."),
            "required": gettext_lazy("Type all four digits of the year."),
        },
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if {"month", "day", "year"} <= set(typed):
            typed["birth_date"] = self._date(typed["year"], typed["month"], typed["day"])
        return typed

    def _date(self, year: int, month: int, day: int) -> date | None:
        today = timezone.localdate()
        try:
            born = date(year, month, day)
        except ValueError:
            self.add_error("day", _("This month does not have that day."))
            return None
        if born > today:
            self.add_error("year", _("This date lies in the future."))
        elif born.year < today.year - OLDEST:
            self.add_error("year", _("Look at the year again, please."))
        return born


class JoiningNameForm(forms.Form):
    """With what somebody will sign in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = SignInNameField()


class CodeForm(forms.Form):
    """The code from a message."""

    code = forms.CharField(
        label=gettext_lazy("The six digits"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        """The digits of what was typed or pasted."""
        code = re.sub(r"[^0-9]", "", self.cleaned_data["code"])
        if len(code) != 6:
            raise ValidationError(_("The code has six digits."))
        return code


class PasswordForm(forms.Form):
    """A password for somebody new. Typed once: it can be shown, and a lost one is replaced."""

    password = forms.CharField(
        label=gettext_lazy("A new password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        """One that nobody guesses."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class RegisterForm(BirthDateForm):
    """Somebody asks for the portal who was not invited."""

    field_order = ("asked_for", "asked_by", "given_names", "family_name", "month", "day", "year")

    asked_for = forms.ChoiceField(
        label=gettext_lazy("Who is it for?"),
        choices=[
            (RequestedFor.SELF, gettext_lazy("For me")),
            (RequestedFor.CHILD, gettext_lazy("For my child")),
            (RequestedFor.CARE, gettext_lazy("For somebody I care for")),
        ],
        initial=RequestedFor.SELF,
        widget=forms.RadioSelect,
    )
    given_names = forms.CharField(
        label=gettext_lazy("First name of the patient"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name of the patient"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    asked_by = forms.CharField(
        label=gettext_lazy("Your own name, if you ask for somebody else"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language may we write?"), choices=settings.LANGUAGES
    )

    def clean_given_names(self) -> str:
        return " ".join(self.cleaned_data["given_names"].split())

    def clean_family_name(self) -> str:
        return " ".join(self.cleaned_data["family_name"].split())

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not is_dialled(phone_digits(phone)):
            raise ValidationError(_("Type the number with its area code."))
        return phone

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("asked_for") != RequestedFor.SELF and not typed.get("asked_by"):
            self.add_error("asked_by", _("Type your own name too, please."))
        if "email" not in self.errors and "phone" not in self.errors:
            self._need_a_way(typed)
        return typed

    def _need_a_way(self, typed: dict[str, Any]) -> None:
        """One of the two is enough, where the clinic sends text messages."""
        if typed.get("email") or (typed.get("phone") and settings.SMS is not None):
            return
        sentence = _("Type your e-mail or your mobile number. We need one of them to answer.")
        if settings.SMS is None:
            sentence = _("Type your e-mail. We need it to answer.")
        self.add_error("email", sentence)

    def asked(self) -> Asked:
        """The checked answers. Call it only when the form is valid."""
        names = Asked.__dataclass_fields__
        answers = {name: self.cleaned_data[name] for name in names}
        if answers["asked_for"] == RequestedFor.SELF:
            answers["asked_by"] = ""
        return Asked(**answers)
