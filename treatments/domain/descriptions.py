"""What an entry of the catalogue says, in words that staff read."""

from collections.abc import Mapping
from typing import Any

from treatments.domain.vocabulary import STEPS, WORDS

LABELS: Mapping[str, str] = {
    "name": "Name",
    "name_es": "Name in Spanish",
    "plain": "In plain words",
    "plain_es": "In plain Spanish",
    "kind": "Kind",
    "form": "Kind of course",
    "step": "Step of care",
    "minutes": "Minutes",
    "needs": "Takes up",
    "regions": "Regions",
    "level_kinds": "Levels are",
    "has_sides": "Has a side",
    "approaches": "Approaches",
    "purposes": "Purposes",
    "guidance": "Guided by",
    "drug_roles": "Drugs given as",
    "fields": "The form also asks for",
    "disciplines": "Given by",
    "drug_classes": "Kinds of drugs",
    "risks": "Risks to watch",
    "protocol": "Follow-up protocol",
    "families": "Limits that apply",
    "is_conservative": "Counts as conservative care",
    "history_only": "Only written down when had elsewhere",
    "results": "Numbers of a result",
    "needs_region": "Asks for the region",
    "procedure": "Recorded as the procedure",
    "codes": "ICD-10-CM codes usually meant",
    "urgency": "How soon",
    "question": "Question",
    "question_es": "Question in Spanish",
    "sign": "On the portal’s list",
    "sign_es": "On the portal’s list, in Spanish",
    "is_lasting": "Is had for long",
    "from_age": "Asked from age",
    "until_age": "Asked until age",
    "from_hours": "From (hours after)",
    "until_hours": "Until (hours after)",
    "classes": "Kinds",
    "unit": "Doses are in",
    "routes": "Given",
    "strengths": "Strengths",
    "max_daily": "Most in a day",
    "otc_max_daily": "Most in a day without prescription",
    "max_days": "Longest course (days)",
    "mpe_factor": "Methylprednisolone equivalent",
    "is_particulate": "Has particles",
    "synonyms": "Other names",
    "source": "Who says so",
}


def described(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and texts of the details of an entry, as far as they say something."""
    order = list(LABELS)
    told = sorted((name for name in details if details[name]), key=order.index)
    return [(label_of(name), said(name, details[name])) for name in told]


def label_of(name: str) -> str:
    """What the detail is called."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def said(name: str, value: Any) -> str:
    """The value of a detail in words; "" for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "; ".join(said(name, item) for item in value)
    if name == "step":
        return f"{value}: {STEPS.get(value, '')}"
    words = WORDS.get(name, {})
    plain = str(value)
    if name in {"regions", "level_kinds", "kind", "risks"}:
        plain = plain.replace("_", " ").replace("-", " ")
    return words.get(str(value), plain)
