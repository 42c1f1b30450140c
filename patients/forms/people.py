"""What the desk types about a person, checked field by field."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from patients.actions.register import Registration
from patients.domain.phone import phone_digits
from patients.domain.search_terms import parse_terms
from patients.models.coverage import PayerClass
from patients.models.patient import AdministrativeGender

FEWEST_PHONE_DIGITS = 7


class BirthDateField(forms.CharField):
    """A birth date in any of the ways people type one; the value is a `date`."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        today = timezone.localdate()
        terms = parse_terms(text, today=today)
        found = terms.birth_date or terms.compact_date
        if found is None or terms.names:
            raise forms.ValidationError("Type a date, such as 3/14/1962 or 1962-03-14.")
        return checked_birth_date(found, today)


def checked_birth_date(birth_date: date, today: date) -> date:
    """The date, if somebody alive could have been born then. Raises `ValidationError`."""
    if birth_date > today:
        raise forms.ValidationError("This date lies in the future.")
    if birth_date.year < today.year - 120:
        raise forms.ValidationError("This is more than 120 years ago.")
    return birth_date


class RegistrationForm(forms.Form):
    """Registers a person; ask only what the desk can know on the phone."""

    given_names = forms.CharField(label="Given names", max_length=150)
    family_name = forms.CharField(label="Family name", max_length=150)
    birth_date = BirthDateField(label="Birth date", help_text="For example 3/14/1962.")
    gender = forms.ChoiceField(
        label="Gender", choices=AdministrativeGender.choices, initial=AdministrativeGender.UNKNOWN
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES, initial="en")
    payer_class = forms.ChoiceField(
        label="Who pays", choices=PayerClass.choices, initial=PayerClass.UNKNOWN
    )
    payer = forms.CharField(label="Payer", max_length=150, required=False)
    plan = forms.CharField(label="Plan", max_length=150, required=False)
    member_id = forms.CharField(label="Member ID", max_length=80, required=False)

    def clean_given_names(self) -> str:
        return " ".join(self.cleaned_data["given_names"].split())

    def clean_family_name(self) -> str:
        return " ".join(self.cleaned_data["family_name"].split())

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and len(phone_digits(phone)) < FEWEST_PHONE_DIGITS:
            raise forms.ValidationError("A phone number has at least seven digits.")
        return phone

    def registration(self) -> Registration:
        """The checked answers. Call it only when the form is valid."""
        return Registration(**self.cleaned_data)


class PersonSearchForm(forms.Form):
    """What was typed to find a person."""

    q = forms.CharField(required=False, max_length=200)

    def text(self) -> str:
        """What to search for; "" if nothing usable was typed."""
        return self.cleaned_data["q"] if self.is_valid() else ""
