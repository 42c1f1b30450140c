"""The typed form of each kind of course, shaped by the treatment."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from treatments.domain.amounts import ORDER_UNITS, SHOWN, Amount, Unit
from treatments.domain.catalogue import TreatmentDetails
from treatments.domain.course_orders import (
    Detail,
    ProceduralOrder,
    ReferralOrder,
    SelfCareOrder,
    TherapyOrder,
)
from treatments.domain.spine import Region, levels_of, region_of
from treatments.forms.courses import CourseBasicsForm, DayField
from treatments.models import SpineSide

UNIT_CHOICES = [(unit.value, SHOWN.get(unit, unit.value)) for unit in ORDER_UNITS]


def words(key: str) -> str:
    """A key of the catalogue as it is read."""
    return key.replace("_", " ").capitalize()


class TherapyForm(CourseBasicsForm):
    """Visits with a therapist."""

    discipline = forms.ChoiceField(required=False, label="Discipline")
    visits_planned = forms.IntegerField(min_value=1, max_value=200, initial=12, label="Visits")
    visits_per_week = forms.DecimalField(
        min_value=Decimal("0.1"), max_value=14, decimal_places=2, initial=2, label="A week"
    )
    visits_authorized = forms.IntegerField(
        required=False, min_value=0, max_value=200, label="Authorized visits"
    )
    certified_start_date = DayField(required=False, label="Plan certified from")
    certified_end_date = DayField(required=False, label="Until")
    certified_by = forms.CharField(
        required=False, max_length=200, label="Certified by", help_text="Who signed."
    )
    outside_order_date = DayField(
        required=False,
        label="Order from elsewhere, signed on",
        help_text="Only if a physician elsewhere ordered it and the signed order is on file.",
    )
    plan_sent_date = DayField(
        required=False,
        label="Plan sent on",
        help_text="To the physician who ordered it. Medicare asks for no signature if it was sent "
        "within 30 days of the first visit.",
    )
    home_exercises = forms.CharField(
        required=False,
        max_length=4000,
        label="Home exercises",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = (
        "discipline",
        "visits_planned",
        "visits_per_week",
        "visits_authorized",
        "certified_start_date",
        "certified_end_date",
        "certified_by",
        "outside_order_date",
        "plan_sent_date",
    )

    def __init__(self, *args: Any, about: TreatmentDetails, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(about.disciplines) > 1:
            _choices(self, "discipline", [(d, words(d)) for d in about.disciplines])
        else:
            del self.fields["discipline"]
        self.only = about.disciplines[0] if about.disciplines else ""

    def detail(self) -> Detail:
        """What was ordered."""
        said = self.cleaned_data
        return TherapyOrder(
            discipline=said.get("discipline") or self.only,
            **{
                name: said[name]
                for name in TherapyOrder.__dataclass_fields__
                if name != "discipline"
            },
        )


class PlaceForm(CourseBasicsForm):
    """Where in the spine. Levels are shown by region as `level_groups`."""

    region = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Region")
    levels = forms.MultipleChoiceField(required=False, label="Levels")

    def __init__(self, *args: Any, about: TreatmentDetails, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = about.regions or tuple(Region)
        _choices(self, "region", [(region.value, region.value.capitalize()) for region in regions])
        self.groups = [
            (region, [level for kind in about.level_kinds for level in levels_of(kind, region)])
            for region in Region
        ]
        known = [level for _region, levels in self.groups for level in levels]
        _choices(self, "levels", [(level, level) for level in known])
        if not known:
            del self.fields["levels"]

    @property
    def level_groups(self) -> list[tuple[str, bool, list[tuple[str, bool]]]]:
        """Each region with its levels, and whether each is chosen; open where something is."""
        if "levels" not in self.fields:
            return []
        chosen = set(self["levels"].value() or [])
        region = self["region"].value() or Region.LUMBAR
        return [
            (
                name.value.capitalize(),
                bool(chosen & set(levels)) or name == region,
                [(level, level in chosen) for level in levels],
            )
            for name, levels in self.groups
            if levels
        ]

    def place(self) -> dict[str, Any]:
        """Region and levels; the region of the first level, if nobody named one."""
        levels = tuple(self.cleaned_data.get("levels") or ())
        region = self.cleaned_data["region"] or (region_of(levels[0]).value if levels else "")
        return {"region": region, "levels": levels}


class ProceduralForm(PlaceForm):
    """Procedures: where, from which side, how, how many."""

    laterality = forms.ChoiceField(
        required=False, choices=SpineSide.choices, widget=forms.RadioSelect, label="Side"
    )
    approach = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Approach")
    planned_procedures = forms.IntegerField(
        min_value=1, max_value=24, initial=1, label="Planned procedures"
    )
    field_order = ("region", "levels", "laterality", "approach", "planned_procedures")

    def __init__(self, *args: Any, about: TreatmentDetails, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        self.fields["region"].required = "levels" not in self.fields
        _choices(self, "approach", [(key, words(key)) for key in about.approaches])
        if not about.approaches:
            del self.fields["approach"]
        if not about.has_sides:
            del self.fields["laterality"]

    def detail(self) -> Detail:
        """What was ordered."""
        said = self.cleaned_data
        return ProceduralOrder(
            **self.place(),
            laterality=said.get("laterality", ""),
            approach=said.get("approach", ""),
            planned_procedures=said["planned_procedures"],
        )


class SelfCareDetailForm(CourseBasicsForm):
    """What a person does for themself."""

    times_per_week = forms.IntegerField(min_value=1, max_value=70, initial=7, label="Times a week")
    minutes_per_time = forms.IntegerField(
        required=False, min_value=1, max_value=600, label="Minutes each time"
    )
    field_order = ("times_per_week", "minutes_per_time", "instructions")

    def __init__(self, *args: Any, about: TreatmentDetails, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def detail(self) -> Detail:
        """What was ordered."""
        said = self.cleaned_data
        return SelfCareOrder(said["times_per_week"], said["minutes_per_time"])


class ReferralForm(PlaceForm):
    """To whom somebody is sent, or who operates."""

    referred_to = forms.CharField(max_length=200, label="To whom")
    specialty = forms.CharField(required=False, max_length=100, label="Specialty")
    is_urgent = forms.BooleanField(required=False, label="Urgent")
    performed_date = DayField(required=False, label="Done on")
    result = forms.CharField(
        required=False,
        max_length=4000,
        label="What came of it",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("referred_to", "specialty", "is_urgent", "region", "levels")

    def __init__(self, *args: Any, about: TreatmentDetails, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        if "levels" not in self.fields:
            del self.fields["region"]

    def detail(self) -> Detail:
        """What was ordered."""
        said = self.cleaned_data
        names = ("referred_to", "specialty", "is_urgent", "performed_date", "result")
        place = self.place() if "region" in self.fields else {}
        return ReferralOrder(**{name: said[name] for name in names}, **place)


def _choices(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def amount(value: Decimal, unit: str) -> Amount:
    """A number and a unit as one amount."""
    return Amount(value, Unit(unit))
