"""What the clinic consists of, as a manager types it: sites, resources, abilities, visit types."""

import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms

from clinic.accounts.models import User
from scheduling.domain.codes import read_parts, write_parts
from scheduling.models import Capability, Resource, ResourceKind, VisitType
from scheduling.models.site import validate_holiday_calendar
from scheduling.models.visit_type import LONGEST_MINUTES, REGIONS


class SiteForm(forms.Form):
    """A site."""

    name = forms.CharField(max_length=100)
    time_zone = forms.ChoiceField(
        choices=[(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())],
        initial="America/New_York",
        help_text="The clock on the wall there.",
    )
    phone = forms.CharField(max_length=40, required=False)
    on_call_email = forms.EmailField(
        label="E-mail of whoever is on call",
        required=False,
        help_text="Written to at once when somebody who comes here gives an alarming answer. "
        "Empty: the address of the whole clinic.",
    )
    address = forms.CharField(max_length=300, required=False)
    holiday_calendar = forms.CharField(
        label="Calendar of public holidays",
        max_length=12,
        required=False,
        validators=[validate_holiday_calendar],
        help_text="A country, or a part of it: US, US-NY, CA-QC.",
    )
    no_show_after_minutes = forms.IntegerField(
        label="A visit is missed after (minutes)",
        min_value=5,
        max_value=240,
        required=False,
        initial=15,
        help_text="When nobody has come by then, and the visit has ended. Usually 15.",
    )
    cancel_notice_hours = forms.IntegerField(
        label="People cancel by themselves until (hours before)",
        min_value=0,
        max_value=336,
        required=False,
        initial=24,
        help_text="Later they are asked to call. Usually 24.",
    )
    most_online_visits = forms.IntegerField(
        label="Visits to come that one person books by themself",
        min_value=0,
        max_value=50,
        required=False,
        initial=3,
        help_text="Then they are asked to call. 0: nobody books by themself here. Usually 3.",
    )
    directions_en = forms.CharField(
        label="How to get here, in English",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Parking, the bus, which door. Stands on the page of a visit.",
    )
    directions_es = forms.CharField(
        label="How to get here, in Spanish",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer_within_days = forms.IntegerField(
        label="Messages are answered within (working days)",
        min_value=1,
        max_value=10,
        required=False,
        initial=2,
        help_text="People are told so before they write in the portal. Usually 2.",
    )

    def clean(self) -> dict[str, Any]:
        """What is left empty is as usual."""
        told: dict[str, Any] = super().clean() or {}
        usual = ("no_show_after_minutes", "cancel_notice_hours", "most_online_visits")
        for name in (*usual, "answer_within_days"):
            if name in told and told[name] is None:
                told[name] = self.fields[name].initial
        if bool(told.get("directions_en")) != bool(told.get("directions_es")):
            lacking = "directions_es" if told.get("directions_en") else "directions_en"
            self.add_error(lacking, "Write it in both languages, or in neither.")
        return told


class ResourceForm(forms.Form):
    """A clinician, room or machine. The kind is said once, when it is new."""

    kind = forms.ChoiceField(choices=ResourceKind.choices)
    name = forms.CharField(max_length=100)
    capabilities = forms.MultipleChoiceField(
        label="Can do, or can be used for",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    user = forms.ChoiceField(
        label="Sign-in", required=False, help_text="Only for a clinician: whose calendar this is."
    )

    def __init__(
        self,
        *args: Any,
        capabilities: Sequence[Capability],
        users: Sequence[User],
        resource: Resource | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._capabilities = {str(row.pk): row for row in capabilities}
        self._users = {str(user.pk): user for user in users}
        choices: Any = self.fields["capabilities"]
        choices.choices = [(pk, row.name) for pk, row in self._capabilities.items()]
        choices = self.fields["user"]
        choices.choices = [("", "Nobody"), *((pk, user.name) for pk, user in self._users.items())]
        if resource is not None:
            del self.fields["kind"]
            if resource.kind != ResourceKind.CLINICIAN:
                del self.fields["user"]

    def clean_capabilities(self) -> list[Capability]:
        """The rows instead of their ids."""
        return [self._capabilities[pk] for pk in self.cleaned_data["capabilities"]]

    def clean_user(self) -> User | None:
        """The person instead of their id."""
        return self._users.get(self.cleaned_data["user"])


class NameForm(forms.Form):
    """A name, and nothing else."""

    name = forms.CharField(max_length=100)


class PartsField(forms.CharField):
    """Parts of a visit as (offset, minutes or None)."""

    def clean(self, value: Any) -> Any:
        try:
            return read_parts(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class NeedForm(forms.Form):
    """How much of one kind a visit takes up: none, or so many with an ability."""

    count = forms.IntegerField(label="How many", min_value=0, max_value=10, initial=0)
    capability = forms.ChoiceField(label="That can do", required=False)
    buffer_before_minutes = forms.IntegerField(
        label="Minutes before", min_value=0, max_value=240, initial=0
    )
    buffer_after_minutes = forms.IntegerField(
        label="Minutes after", min_value=0, max_value=240, initial=0
    )
    parts = PartsField(
        label="Only for parts of the visit",
        required=False,
        max_length=100,
        help_text="Minutes from the start, such as 0–10, 35–end. Empty: the whole visit.",
    )

    def __init__(self, *args: Any, kind: ResourceKind, rows: Sequence[Capability], **kwargs: Any):
        super().__init__(*args, **kwargs | {"prefix": kind.value})
        self.kind = kind
        self._rows = {str(row.pk): row for row in rows}
        field: Any = self.fields["capability"]
        field.choices = [("", "Any"), *((pk, row.name) for pk, row in self._rows.items())]
        if kind == ResourceKind.CLINICIAN:
            count: Any = forms.IntegerField(label="How many", min_value=0, max_value=1, initial=1)
            self.fields["count"] = count

    def clean_capability(self) -> Capability | None:
        """The row instead of its id."""
        return self._rows.get(self.cleaned_data["capability"])


class VisitTypeForm(forms.Form):
    """A kind of visit, without what it takes up."""

    name = forms.CharField(max_length=100, help_text="What staff call it.")
    public_name = forms.CharField(
        label="Name for patients",
        max_length=100,
        help_text="Stands in messages: no clinical words.",
    )
    public_name_es = forms.CharField(
        label="Name for patients, in Spanish", required=False, max_length=100
    )
    is_bookable_online = forms.BooleanField(
        required=False,
        label="People book it by themselves",
        help_text="In the portal, after the questions about red flags.",
    )
    duration_minutes = forms.IntegerField(
        label="Lasts (minutes)", min_value=5, max_value=LONGEST_MINUTES, initial=30
    )
    alignment_minutes = forms.TypedChoiceField(
        label="Starts every",
        coerce=int,
        choices=[(n, f"{n} minutes") for n in (5, 10, 15, 20, 30, 60)],
        initial=10,
    )
    capacity = forms.IntegerField(
        label="People at once",
        min_value=1,
        max_value=50,
        initial=1,
        help_text="More than one makes it a group.",
    )
    notice_minutes = forms.IntegerField(
        label="Notice (minutes)", min_value=0, max_value=30_000, initial=0
    )
    horizon_days = forms.IntegerField(
        label="Bookable ahead (days)", min_value=1, max_value=1000, initial=180
    )
    rank = forms.IntegerField(
        label="Place in lists",
        min_value=0,
        max_value=10_000,
        initial=100,
        help_text="Low is first.",
    )
    treatment_id = forms.ChoiceField(
        required=False,
        label="What is done",
        help_text="Limits and safety rules are asked about it when it is booked.",
    )
    region = forms.ChoiceField(
        required=False,
        label="Where",
        choices=[("", "It varies"), *REGIONS],
        help_text="Only if every such visit is for this region.",
    )
    needs_fasting = forms.BooleanField(required=False, label="People come with an empty stomach")
    needs_driver = forms.BooleanField(required=False, label="Somebody must drive them home")
    preparation_en = forms.CharField(
        label="How to prepare, in English",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Goes out by e-mail three days before. Text messages say only that it is there.",
    )
    preparation_es = forms.CharField(
        label="How to prepare, in Spanish",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, treatments: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Nothing that has limits"), *treatments]
        self.fields["treatment_id"] = _choice_like(self.fields["treatment_id"], choices)

    def clean_treatment_id(self) -> str | None:
        """None for a visit at which nothing is done that has limits."""
        return self.cleaned_data["treatment_id"] or None

    def clean(self) -> dict[str, Any]:
        """A place needs something that is done there."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("region") and not told.get("treatment_id"):
            self.add_error("region", "Say what is done there, or leave the place open.")
        if told.get("is_bookable_online") and not told.get("public_name_es"):
            self.add_error("public_name_es", "People who read Spanish choose it by this name.")
        if bool(told.get("preparation_en")) != bool(told.get("preparation_es")):
            lacking = "preparation_es" if told.get("preparation_en") else "preparation_en"
            self.add_error(lacking, "Write it in both languages, or in neither.")
        return told


def _choice_like(field: Any, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False, label=field.label, help_text=field.help_text, choices=choices
    )


def visit_type_values(visit_type: VisitType) -> dict[str, Any]:
    """What the form for a kind of visit begins with."""
    return {name: getattr(visit_type, name) for name in VisitTypeForm.base_fields}


def need_values(visit_type: VisitType | None, kind: ResourceKind) -> dict[str, Any]:
    """What the form for a need begins with."""
    needs = visit_type.needs.all() if visit_type else ()
    for need in needs:
        if need.kind == kind:
            parts = [(part.offset_minutes, part.duration_minutes) for part in need.parts.all()]
            return {
                "count": need.count,
                "capability": str(need.capability_id or ""),
                "buffer_before_minutes": need.buffer_before_minutes,
                "buffer_after_minutes": need.buffer_after_minutes,
                "parts": write_parts(parts),
            }
    return {"count": 0} if visit_type else {}
