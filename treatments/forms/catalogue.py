"""An entry of the catalogue, as a manager types it: one form for each section."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField

from treatments.domain import vocabulary
from treatments.domain.amounts import ORDER_UNITS, SHOWN
from treatments.domain.catalogue import KINDS
from treatments.domain.spine import LevelKind, Region
from treatments.models import Section

MANY = forms.CheckboxSelectMultiple


class CatalogueSearchForm(forms.Form):
    """Which entries a manager wants to see."""

    section = forms.ChoiceField(choices=Section.choices, required=False)
    q = forms.CharField(label="Find", max_length=100, required=False)


class VersionForm(forms.Form):
    """Which version of an entry was read."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class WordsField(forms.CharField):
    """Short texts, one in each line, as a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000, **kwargs
        )

    def clean(self, value: Any) -> list[str]:
        text: str = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class ResultsField(WordsField):
    """Numbers a result has, one in each line: "Hemoglobin, g/dL"."""

    def clean(self, value: Any) -> list[Any]:
        results = []
        for line in super().clean(value):
            text, comma, unit = (part.strip() for part in line.rpartition(","))
            if not (comma and text and unit):
                raise forms.ValidationError(
                    f"“{line}” has no unit. Write it like: Hemoglobin, g/dL"
                )
            results.append({"text": text, "unit": unit})
        return results

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            value = [f"{row['text']}, {row['unit']}" for row in value]
        return super().prepare_value(value)


def _some(words: Mapping[Any, str], label: str, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(words.items()), widget=MANY, required=False, **kwargs
    )


def _one(words: Mapping[Any, str], label: str, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(words.items()), **kwargs)


def _optional(words: Mapping[Any, str], label: str) -> forms.ChoiceField:
    return _one({"": "None", **words}, label, required=False)


def _amount(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_digits=12, decimal_places=4, required=False
    )


class EntryForm(forms.Form):
    """What every entry says. `groups` are headings with the fields under them."""

    name = forms.CharField(max_length=120)
    name_es = forms.CharField(label="Name in Spanish", max_length=120, required=False)
    kind = forms.ChoiceField()
    plain = forms.CharField(
        label="One plain line for patients", max_length=200, help_text="Short words, one sentence."
    )
    plain_es = forms.CharField(label="The same in Spanish", max_length=200, required=False)

    section: ClassVar[Section]
    groups: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()
    WORDS: ClassVar = ("name", "name_es", "kind", "plain", "plain_es")
    # These need the whole width of a form.
    WIDE: ClassVar = ("plain", "plain_es", "question", "question_es", "sign", "sign_es", "source")

    def __init__(self, *args: Any, choices: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {kind: vocabulary.kind_label(kind) for kind in KINDS[self.section]}
        for name, rows in {"kind": list(kinds.items()), **(choices or {})}.items():
            if name in self.fields:
                field: Any = self.fields[name]
                field.choices = rows

    def grouped(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Headings with their fields; what every entry says comes first, without a heading."""
        for heading, names in (("", self.WORDS), *self.groups):
            yield heading, [self[name] for name in names if name in self.fields]

    def details(self) -> dict[str, Any]:
        """What is particular to the section, as it is kept; what is empty is left out."""
        values = {name: self.cleaned_data[name] for name in self.fields if name not in self.WORDS}
        return {name: _kept(value) for name, value in values.items() if value not in _EMPTY}

    def words(self) -> dict[str, str]:
        """What every entry says."""
        return {name: self.cleaned_data[name] for name in self.WORDS}


# False is left out as well: it is what an entry that says nothing means.
_EMPTY: tuple[Any, ...] = (None, "", [], False)


def _kept(value: Any) -> Any:
    if isinstance(value, bool | int | str | list):
        return value
    # Decimals are kept as text, so that they stay exact.
    return f"{value.normalize():f}"


class TreatmentForm(EntryForm):
    """A treatment."""

    section = Section.TREATMENT
    groups = (
        ("Place in care", ("form", "step", "is_conservative", "history_only", "risks")),
        ("In the calendar", ("minutes", "needs")),
        ("For medication and therapy", ("drug_classes", "disciplines")),
        (
            "For procedures",
            (
                *("regions", "level_kinds", "has_sides", "approaches", "purposes", "guidance"),
                *("drug_roles", "fields"),
            ),
        ),
        ("Afterwards", ("protocol", "families")),
    )

    form = _one(vocabulary.FORMS, "Kind of course")
    step = forms.TypedChoiceField(
        label="Step of care", choices=list(vocabulary.STEPS.items()), coerce=int
    )
    is_conservative = forms.BooleanField(
        label="Counts as conservative care before an injection", required=False
    )
    history_only = forms.BooleanField(
        label="Only written down when it was had elsewhere", required=False
    )
    risks = forms.MultipleChoiceField(label="Risks to watch", widget=MANY, required=False)
    minutes = forms.IntegerField(
        label="Minutes it usually takes", min_value=5, max_value=480, required=False
    )
    needs = _some(vocabulary.NEEDS, "It takes up")
    drug_classes = _some(vocabulary.DRUG_CLASSES, "Kinds of drugs")
    disciplines = _some(vocabulary.DISCIPLINES, "Given by")
    regions = _some({row.value: row.value.capitalize() for row in Region}, "Regions")
    level_kinds = _some(
        {row.value: row.value.replace("_", " ").capitalize() for row in LevelKind}, "Levels are"
    )
    has_sides = forms.BooleanField(label="Has a side", required=False)
    approaches = _some(vocabulary.APPROACHES, "Approaches")
    purposes = _some(vocabulary.PURPOSES, "Purposes")
    guidance = _some(vocabulary.GUIDANCE, "Guided by")
    drug_roles = _some(vocabulary.DRUG_ROLES, "Drugs are given as")
    fields_ = _some(vocabulary.FIELDS, "The form also asks for")
    protocol = _optional(vocabulary.PROTOCOLS, "Follow-up protocol")
    families = _some(vocabulary.FAMILIES, "Limits that apply")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `fields` is what Django calls a form's fields, so the class cannot have it as a name.
        self.fields["fields"] = self.fields.pop("fields_")


class DiagnosticForm(EntryForm):
    """A diagnostic."""

    section = Section.DIAGNOSTIC
    groups = (("Ordering and results", ("needs_region", "procedure", "results")),)

    needs_region = forms.BooleanField(label="Ask for the region", required=False)
    procedure = forms.ChoiceField(label="Recorded as the procedure", required=False)
    results = ResultsField(label="Numbers of a result", help_text="One a line: Hemoglobin, g/dL")


class CauseForm(EntryForm):
    """A cause."""

    section = Section.CAUSE
    groups = (("Codes", ("codes", "synonyms")),)

    codes = WordsField(
        label="ICD-10-CM codes usually meant",
        help_text="One a line; the beginning is enough: M54.1",
    )
    synonyms = WordsField(label="Other names", help_text="One a line; a search finds them too.")


class RedFlagForm(EntryForm):
    """A red flag."""

    section = Section.RED_FLAG
    groups = (
        ("Asking", ("urgency", "question", "question_es")),
        ("In the portal", ("sign", "sign_es", "is_lasting", "from_age", "until_age")),
    )

    urgency = _one(vocabulary.URGENCIES, "How soon the person must be seen")
    question = forms.CharField(label="Question", max_length=200)
    question_es = forms.CharField(label="Question in Spanish", max_length=200, required=False)
    sign = forms.CharField(
        label="On the list to tick",
        max_length=100,
        required=False,
        help_text="A few words, such as “A weak arm, hand, leg or foot”. Empty: the question.",
    )
    sign_es = forms.CharField(label="The same in Spanish", max_length=100, required=False)
    is_lasting = forms.BooleanField(
        label="Is had for long",
        required=False,
        help_text="Asked on the last page, after what is new.",
    )
    from_age = forms.IntegerField(
        label="Asked from age (years)", min_value=0, max_value=130, required=False
    )
    until_age = forms.IntegerField(
        label="Asked until age (years)", min_value=0, max_value=130, required=False
    )


class RiskForm(EntryForm):
    """A risk."""

    section = Section.RISK
    groups = (("Usual time after a treatment", ("from_hours", "until_hours")),)

    from_hours = forms.IntegerField(
        label="From (hours)", min_value=0, max_value=100_000, required=False
    )
    until_hours = forms.IntegerField(
        label="Until (hours)", min_value=1, max_value=100_000, required=False
    )


class DrugForm(EntryForm):
    """A drug."""

    section = Section.DRUG
    groups = (
        ("What it is", ("classes", "unit", "routes", "strengths", "synonyms")),
        ("Limits for adults", ("max_daily", "otc_max_daily", "max_days", "source")),
        ("Steroids", ("mpe_factor", "is_particulate")),
    )

    classes = _some(vocabulary.DRUG_CLASSES, "Kinds")
    unit = _one(
        {unit.value: SHOWN.get(unit, unit.value) for unit in ORDER_UNITS},
        "Doses are in",
        initial="mg",
    )
    routes = _some(vocabulary.ROUTES, "Given")
    strengths = WordsField(label="Strengths", help_text="One a line: 40 mg/mL")
    synonyms = WordsField(label="Other names", help_text="One a line, without brand names.")
    max_daily = _amount("Most in a day")
    otc_max_daily = _amount("Most in a day without a prescription")
    max_days = forms.IntegerField(
        label="Longest course in days", min_value=1, max_value=1000, required=False
    )
    source = forms.CharField(label="Who says so", max_length=300, required=False)
    mpe_factor = _amount("Milligrams of methylprednisolone that one milligram is like")
    is_particulate = forms.BooleanField(label="Has particles", required=False)


FORMS: Mapping[str, type[EntryForm]] = {
    form.section: form
    for form in (TreatmentForm, DiagnosticForm, CauseForm, RedFlagForm, RiskForm, DrugForm)
}
