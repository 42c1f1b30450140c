"""The form of a prescription: one list for drug and strength, then how much and how often."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from clinic.accounts.models import User
from treatments.domain.amounts import Amount, Unit, WrongUnit
from treatments.domain.course_orders import MedicationOrder
from treatments.domain.dosing import NonsenseDose, read_amount
from treatments.forms.course_details import UNIT_CHOICES, amount, words
from treatments.forms.courses import CourseBasicsForm
from treatments.models import CatalogueEntry

OFTEN = [
    ("1", "Once a day"),
    ("2", "Twice a day"),
    ("3", "3 times a day"),
    ("4", "4 times a day"),
    ("6", "6 times a day (every 4 hours)"),
    ("0.5", "Every 2 days"),
    ("0.333", "Every 3 days"),
    ("0.143", "Once a week"),
]


class MedicationForm(CourseBasicsForm):
    """A drug in a strength; a dose, a route, a frequency; what is handed out; who prescribes."""

    product = forms.ChoiceField(label="Drug and strength")
    strength = forms.CharField(
        required=False,
        max_length=20,
        label="Another strength",
        help_text="Only if the list has none: such as 75 mg or 2 %.",
    )
    dose = forms.DecimalField(
        min_value=Decimal("0.0001"), max_digits=12, decimal_places=4, label="Dose at once"
    )
    dose_unit = forms.ChoiceField(choices=UNIT_CHOICES, label="Unit", initial="mg")
    doses_per_day = forms.TypedChoiceField(choices=OFTEN, coerce=Decimal, label="How often")
    is_as_needed = forms.BooleanField(required=False, label="As needed, at most so often")
    route = forms.ChoiceField(label="Route")
    quantity = forms.DecimalField(
        required=False,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        label="Quantity",
        help_text="Tablets, patches, grams of a gel or other units.",
    )
    refills = forms.IntegerField(required=False, min_value=0, max_value=99, label="Refills")
    is_over_the_counter = forms.BooleanField(required=False, label="Without a prescription")
    prescriber = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label="Prescriber"
    )
    over_maximum_reason = forms.CharField(
        required=False, max_length=500, label="Why above the maximum"
    )
    field_order = (
        "product",
        "strength",
        "dose",
        "dose_unit",
        "doses_per_day",
        "is_as_needed",
        "route",
        "quantity",
        "refills",
        "prescriber",
        "is_over_the_counter",
        "over_maximum_reason",
    )

    def __init__(
        self, *args: Any, drugs: Sequence[CatalogueEntry], people: Sequence[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        product, route, prescriber = (
            self.fields[name] for name in ("product", "route", "prescriber")
        )
        assert isinstance(product, forms.ChoiceField)
        assert isinstance(route, forms.ChoiceField)
        assert isinstance(prescriber, forms.ChoiceField)
        product.choices = [("", "Choose…"), *(_products(drug) for drug in drugs)]
        routes = dict.fromkeys(way for drug in drugs for way in drug.details.get("routes", ()))
        route.choices = [(way, words(way)) for way in routes] or [("oral", "Oral")]
        self.fields["dose_unit"].initial = _usual_unit(drugs)
        prescriber.choices = [("", "Nobody"), *((person.pk, person.name) for person in people)]

    def clean(self) -> dict[str, Any]:
        """The strength is that of the list, or another one that is written as an amount."""
        said = super().clean() or {}
        drug, _, listed = said.get("product", "").partition("|")
        if not drug:
            return said
        written = said.get("strength") or listed
        said["drug"], said["amount"] = drug, None
        if not written:
            self.add_error("strength", "Say how strong, such as 75 mg or 2 %.")
            return said
        try:
            said["amount"] = read_amount(written)
        except (WrongUnit, NonsenseDose) as error:
            self.add_error("strength", str(error))
        return said

    def detail(self) -> MedicationOrder:
        """What was ordered."""
        said = self.cleaned_data
        return MedicationOrder(
            drug=said["drug"],
            strength=said["amount"],
            dose=amount(said["dose"], said["dose_unit"]),
            doses_per_day=said["doses_per_day"],
            route=said["route"],
            is_as_needed=said["is_as_needed"],
            is_over_the_counter=said["is_over_the_counter"],
            quantity=said["quantity"],
            refills=said["refills"] or 0,
            prescriber_id=said["prescriber"],
            over_maximum_reason=said["over_maximum_reason"],
        )


def _usual_unit(drugs: Sequence[CatalogueEntry]) -> str:
    """In which unit most of these drugs are dosed."""
    units = Counter(str(drug.details.get("unit", Unit.MILLIGRAM)) for drug in drugs)
    return max(units, key=lambda unit: units[unit], default=Unit.MILLIGRAM.value)


def product_key(drug: str, strength: Amount, drugs: Sequence[CatalogueEntry]) -> tuple[str, str]:
    """The entry of the list for a drug in a strength, and what to write beside it if there is none.

    Catalogues write strengths in their own way: they are compared as amounts.
    """
    for entry in drugs:
        if entry.pk == drug:
            for listed in _strengths(entry):
                if read_amount(listed) == strength:
                    return f"{drug}|{listed}", ""
    return f"{drug}|", str(strength)


def _products(drug: CatalogueEntry) -> tuple[str, list[tuple[str, str]]]:
    listed = [(f"{drug.pk}|{text}", f"{drug.name} {text}") for text in _strengths(drug)]
    return drug.name, [*listed, (f"{drug.pk}|", f"{drug.name}, another strength")]


def _strengths(drug: CatalogueEntry) -> list[str]:
    """Those that a dose can be made of, tablets and gels; so much in a millilitre is not one."""
    found = []
    for text in drug.details.get("strengths", ()):
        try:
            read_amount(text)
        except (WrongUnit, NonsenseDose):
            continue
        found.append(text)
    return found
