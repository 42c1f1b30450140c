"""Whom the desk, or a person themself, lets into the portal."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.invitations import LONGEST_CARE, Guest
from patients.domain.phone import is_dialled, phone_digits
from patients.forms.agreements import day
from patients.models import Patient, PortalRequest
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from patients.models.portal_request import RequestedFor

ONE_DAY = timedelta(days=1)


class InviteForm(forms.Form):
    """Who is invited, as what, and how the link gets to them."""

    prefix = "portal"

    name = forms.CharField(label="Their name", max_length=150)
    relationship = forms.ChoiceField(label="Who they are", choices=Relationship.choices)
    way = forms.ChoiceField(label="How they get the link", choices=InvitationWay.choices)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    phone = forms.CharField(label="Mobile phone", max_length=40, required=False)
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    until_date = day("Until", "The first day without access; empty for no end.", required=False)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        kwargs["initial"] = _first_guess(patient) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("way") == InvitationWay.EMAIL and not typed.get("email"):
            self._need("email", "Type the address, or choose another way.")
        digits = phone_digits(typed.get("phone") or "")
        if typed.get("way") == InvitationWay.SMS and not is_dialled(digits):
            self._need("phone", "Type a mobile number with its area code.")
        typed["number"] = f"+{digits}"
        return typed

    def _need(self, field: str, sentence: str) -> None:
        if field not in self.errors:
            self.add_error(field, sentence)

    def guest(self) -> Guest:
        """The checked answers. Call it only when the form is valid."""
        typed = self.cleaned_data
        way = InvitationWay(typed["way"])
        addresses = {InvitationWay.EMAIL: typed["email"], InvitationWay.SMS: typed["number"]}
        return Guest(
            name=" ".join(typed["name"].split()),
            relationship=Relationship(typed["relationship"]),
            way=way,
            address=addresses.get(way, ""),
            until_date=typed["until_date"],
            language=typed["language"],
        )


class DeclineForm(forms.Form):
    """Why somebody who asks is not let in."""

    reason = forms.CharField(label="Why", max_length=200)


class CarerForm(forms.Form):
    """A person lets somebody who cares for them in."""

    name = forms.CharField(label=gettext_lazy("Their name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("Their e-mail"), max_length=254)
    last_date = forms.DateField(
        label=gettext_lazy("Their last day"),
        help_text=gettext_lazy("Within one year. You can end it sooner at any time."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_last_date(self) -> Any:
        last = self.cleaned_data["last_date"]
        if last < timezone.localdate():
            raise ValidationError(_("This day is over."))
        if last + ONE_DAY > timezone.localdate() + LONGEST_CARE:
            raise ValidationError(_("Choose a last day within one year."))
        return last

    def guest(self, language: str) -> Guest:
        """The checked answers. Call it only when the form is valid."""
        return Guest(
            name=" ".join(self.cleaned_data["name"].split()),
            relationship=Relationship.CARER,
            way=InvitationWay.EMAIL,
            address=self.cleaned_data["email"],
            until_date=self.cleaned_data["last_date"] + ONE_DAY,
            language=language,
        )


def invite_initial(patient: Patient, asked: PortalRequest) -> dict[str, Any]:
    """What the form for somebody who asked begins with: their wish, and what is on file."""
    wanted = {
        RequestedFor.SELF: Relationship.SELF,
        RequestedFor.CHILD: Relationship.PARENT,
        RequestedFor.CARE: Relationship.CARER,
    }[RequestedFor(asked.asked_for)]
    return {
        "name": asked.asked_by or patient.name,
        "relationship": wanted,
        "language": asked.language,
    }


def _first_guess(patient: Patient) -> dict[str, Any]:
    """The person themself, by what is on file."""
    mobile = next((c.value for c in patient.contacts.all() if c.use == "mobile"), "")
    ways = [(patient.email, InvitationWay.EMAIL), (mobile, InvitationWay.SMS)]
    return {
        "name": patient.name,
        "relationship": Relationship.SELF,
        "way": next((way for address, way in ways if address), InvitationWay.PAPER),
        "email": patient.email,
        "phone": mobile,
        "language": patient.language,
    }
