"""The small questions of a procedure: its checklist and the settings of its devices, typed.

Both are kept as JSON; this table is their shape. Decimals and instants are kept as text, so that
they stay exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from treatments.domain.amounts import shortest
from treatments.domain.rules.words import INDICATIONS, INJECTATES


class Kind(Enum):
    """What an answer is."""

    TICK = "tick"
    CHOICE = "choice"
    NUMBER = "number"
    INSTANT = "instant"
    TEXT = "text"


@dataclass(frozen=True)
class Item:
    """One question. `low` and `high` bound a number; beyond them it is a slip of the pen.

    `part` is the part of the form (`TreatmentDetails.fields`) it belongs to, "" if to every one.
    With `families`, only procedures of these are asked. `group` is the heading it stands under:
    "" before it began, "paper" what payers want written, "against" what speaks against it.
    """

    key: str
    label: str
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    part: str = ""
    families: frozenset[str] = frozenset()
    group: str = ""


def _number(key: str, label: str, low: str, high: str, unit: str = "", part: str = "") -> Item:
    return Item(key, label, Kind.NUMBER, low=Decimal(low), high=Decimal(high), unit=unit, part=part)


def _choice(key: str, label: str, part: str = "", **choices: str) -> Item:
    return Item(key, label, Kind.CHOICE, choices=tuple(choices.items()), part=part)


def _paper(key: str, label: str, families: str, kind: Kind = Kind.TEXT, **choices: str) -> Item:
    of = frozenset(families.split())
    return Item(key, label, kind, choices=tuple(choices.items()), families=of, group="paper")


def _against(key: str, label: str, families: str) -> Item:
    of = frozenset(families.split())
    return Item(key, label, Kind.TICK, families=of, group="against")


# What clinical rules ask to be written down, by their words (`rules/words.py`): it can be nowhere
# else than where the procedure is written.
PAPER = (
    _paper("indication", "What it is for", "esi", Kind.CHOICE, **INDICATIONS),
    _paper("injectate", "Something else is injected", "esi", Kind.CHOICE, **INJECTATES),
    _paper("bilateral_reason", "Both sides, because", "esi"),
    _paper("long_term_reason", "It goes on after a year, because", "esi"),
    _paper("clinic_notified", "Primary care told of the steroid", "esi", Kind.TICK),
    _paper("consent_unapproved_use", "Consent names the unapproved use", "esi", Kind.TICK),
    _paper("sedation_reason", "Sedation, because", "esi facet rfa"),
    _paper("why_not_ablation", "No ablation, because", "facet"),
    _paper("diabetes_advice", "Told about blood sugar", "steroid", Kind.TICK),
    Item(
        "positive_provocation_tests",
        "Positive provocation tests",
        Kind.NUMBER,
        low=Decimal(0),
        high=Decimal(6),
        families=frozenset({"si"}),
        group="paper",
    ),
    _paper("imaging_edema", "Edema on MRI, or uptake on a scan", "pva", Kind.TICK),
    _paper("levels_reason", "More than three levels, because", "pva"),
    _paper("relative_contraindication_reason", "In spite of what speaks against it", "pva"),
    _paper("bone_density_referral", "Referred for bone density", "pva", Kind.TICK),
    _paper("bone_education", "Taught about osteoporosis", "pva", Kind.TICK),
    _paper("bone_program", "Advised to join a treatment programme", "pva", Kind.TICK),
)
# States that a problem list rarely tells, by their words in the rules.
AGAINST = (
    _against("cord_compression", "Cord or cauda compressed", "esi"),
    _against("radiculopathy_untreated", "Radicular pain not treated", "facet rfa"),
    _against("facet_cyst", "Facet cyst", "facet rfa esi"),
    _against("fused_level", "The level is fused", "facet rfa"),
    _against("deformity", "Deformity explains the pain", "facet rfa"),
    _against("fracture", "Fracture explains the pain", "facet rfa"),
    _against("tumor", "Tumor explains the pain", "facet rfa"),
    _against("pain_elsewhere", "Pain mainly from something else", "pva"),
    _against("instability", "Unstable spine", "pva"),
    _against("neural_impingement", "Pressure on a nerve", "pva"),
    _against("neurological_deficit", "Neurological deficit", "pva"),
    _against("retropulsion", "Bone in the canal", "pva"),
    _against("malignant_fracture", "Fracture from a tumor", "pva"),
    _against("hospitalized", "In hospital", "pva"),
)
CHECKLIST: Mapping[str, Item] = {
    item.key: item
    for item in (
        Item("consent", "Consent obtained", Kind.TICK),
        Item("time_out", "Time-out done: person, side, level", Kind.TICK),
        Item("allergies_reviewed", "Allergies reviewed", Kind.TICK),
        _choice(
            "anticoagulant",
            "Blood thinner",
            none="Takes none",
            held="Held",
            continued="Goes on",
        ),
        Item("anticoagulant_last_at", "Last dose of it", Kind.INSTANT),
        _number("inr", "INR", "0.5", "20"),
        Item("inr_at", "INR measured", Kind.INSTANT),
        _number("glucose", "Glucose", "10", "1500", "mg/dL"),
        _choice(
            "pregnancy",
            "Pregnancy",
            not_applicable="Not possible",
            negative="Test negative",
            positive="Pregnant",
            not_tested="Not tested",
        ),
        _choice("infection", "Signs of infection", no="None", yes="Yes"),
        _choice("driver", "Somebody drives them home", yes="Yes", no="No", not_needed="Not needed"),
        Item("images_saved", "Two views saved", Kind.TICK, part="images"),
        Item("no_contrast_reason", "No contrast, because", Kind.TEXT, part="contrast"),
        Item("stop_reason", "Stopped, because", Kind.TEXT),
        *PAPER,
        *AGAINST,
    )
}
DEVICE: Mapping[str, Item] = {
    item.key: item
    for item in (
        Item("needle", "Needle", Kind.TEXT, part="device"),
        _choice("mode", "Mode", part="device", thermal="Thermal", pulsed="Pulsed", cooled="Cooled"),
        _number("temperature", "Temperature", "37", "95", "°C", "device"),
        _number("seconds", "Time for each lesion", "1", "1800", "s", "device"),
        _number("lesions", "Lesions", "1", "40", "", "device"),
        _number("sensory_volts", "Sensory threshold", "0", "5", "V", "device"),
        _number("motor_volts", "Motor test up to", "0", "10", "V", "device"),
        _number("balloon_pressure", "Highest balloon pressure", "1", "700", "psi", "balloon"),
    )
}
LONGEST_TEXT = 500


def read_items(
    raw: Mapping[str, Any], table: Mapping[str, Item]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The answers that were given, typed for JSON, and what is wrong with the others, by key.

    An empty answer is none. A key that the table does not know is refused.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for key, answer in raw.items():
        if key not in table:
            wrong[key] = ["There is no such question."]
        elif answer not in ("", None, False):
            try:
                values[key] = _read(table[key], answer)
            except ValueError as error:
                wrong[key] = [str(error)]
    return values, wrong


def _read(item: Item, answer: Any) -> Any:
    if item.kind is Kind.TICK:
        if answer is not True:
            raise ValueError("Say true or false.")
        return True
    if not isinstance(answer, str) and not (
        item.kind is Kind.NUMBER and isinstance(answer, int) and not isinstance(answer, bool)
    ):
        raise ValueError("Write this as text, so that it stays exact.")
    text = str(answer).strip()
    if item.kind is Kind.NUMBER:
        return _number_in(item, text)
    if item.kind is Kind.INSTANT:
        return _instant_in(text)
    if item.kind is Kind.CHOICE and text not in dict(item.choices):
        raise ValueError(f"Choose one of: {', '.join(word for word, _ in item.choices)}.")
    if len(text) > LONGEST_TEXT or not text.replace("\n", " ").replace("\r", " ").isprintable():
        raise ValueError(f"Write at most {LONGEST_TEXT} ordinary characters.")
    return text


def _number_in(item: Item, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("Enter a number.") from None
    if not number.is_finite():
        raise ValueError("Enter a number.")
    if (item.low is not None and number < item.low) or (
        item.high is not None and number > item.high
    ):
        unit = f" {item.unit}" if item.unit else ""
        raise ValueError(f"{item.label} is between {item.low} and {item.high}{unit}.")
    return shortest(number)


def _instant_in(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Give a day and a time.") from None
    if instant.tzinfo is None:
        raise ValueError("Give the offset from UTC as well, such as -05:00.")
    return instant.isoformat()


def instant_of(values: Mapping[str, Any], key: str) -> datetime | None:
    """The instant kept under a key, if there is one."""
    text = values.get(key)
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def items_for(
    table: Mapping[str, Item], parts: Iterable[str], families: Iterable[str] = ()
) -> list[Item]:
    """The questions that a form with these parts asks, about a procedure of these families."""
    wanted, of = {"", *parts}, frozenset(families)
    return [
        item
        for item in table.values()
        if item.part in wanted and (not item.families or item.families & of)
    ]
