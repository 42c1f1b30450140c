"""Questionnaires as data: their items, how answers become a score, and what a change means.

A definition is read from a YAML file or from `Instrument.definition`; both end here. A score is a
Decimal with at most three places, and scores compare only within one instrument and version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

MOST_ITEMS = 100
_PLACES = Decimal("0.001")
HUNDRED = Decimal(100)


class InstrumentError(ValueError):
    """A definition that makes no sense; the text says which part and why."""


class BadAnswers(ValueError):
    """Answers that do not fit the questionnaire; `fields` has a sentence for each item."""

    def __init__(self, complaints: Mapping[str, str]) -> None:
        self.fields = dict(complaints)
        super().__init__(" ".join(complaints.values()))


class Scoring(StrEnum):
    """How answers become a score.

    `percent` is the sum of what was answered over the most that it could be, from 0 to 100. With
    some items missing, `sum` takes the mean of the others for each of them.
    """

    VALUE = "value"
    MEAN = "mean"
    SUM = "sum"
    PERCENT = "percent"


@dataclass(frozen=True)
class Item:
    """One question, answered by a whole number from `minimum` to `maximum`.

    `low` and `high` are the words at the two ends of its scale.
    """

    id: str
    text: str
    text_es: str = ""
    minimum: int = 0
    maximum: int = 10
    low: str = ""
    low_es: str = ""
    high: str = ""
    high_es: str = ""

    @property
    def choices(self) -> range:
        """The numbers that may be given."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True)
class Band:
    """A word for every score up to `upto`, inclusive."""

    upto: Decimal
    name: str


@dataclass(frozen=True)
class Definition:
    """A questionnaire in one version.

    `may_miss` is how many items may stay open before there is no score. `mcid` is the least
    change of the score that matters to people, `mcid_percent` the same in percent of the baseline;
    either is enough. `order` is its place in forms and the rank in which reports prefer it.
    """

    key: str
    version: str
    name: str
    items: tuple[Item, ...]
    scoring: Scoring
    name_es: str = ""
    may_miss: int = 0
    higher_is_worse: bool = True
    mcid: Decimal | None = None
    mcid_percent: Decimal | None = None
    bands: tuple[Band, ...] = ()
    license_note: str = ""
    is_diary: bool = False
    order: int = 100

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest score there can be."""
        lows = [Decimal(item.minimum) for item in self.items]
        highs = [Decimal(item.maximum) for item in self.items]
        if self.scoring is Scoring.PERCENT:
            return Decimal(0), HUNDRED
        if self.scoring is Scoring.SUM:
            return sum(lows, Decimal(0)), sum(highs, Decimal(0))
        return sum(lows, Decimal(0)) / len(lows), sum(highs, Decimal(0)) / len(highs)

    def band_of(self, score: Decimal) -> str:
        """The word for a score, "" if the definition has none."""
        return next((band.name for band in self.bands if score <= band.upto), "")


def read_definition(raw: Any, *, where: str = "") -> Definition:
    """The definition, if it makes sense. Raises `InstrumentError`."""
    try:
        return _checked(_definition(raw))
    except (InstrumentError, TypeError, ValueError, InvalidOperation) as error:
        raise InstrumentError(f"{where}: {error}" if where else str(error)) from error


def checked_answers(definition: Definition, answers: Mapping[str, Any]) -> dict[str, int]:
    """The answers that were given, by item. Raises `BadAnswers` for what is not on the scale."""
    items = {item.id: item for item in definition.items}
    wrong = {name: "There is no such question." for name in answers if name not in items}
    given: dict[str, int] = {}
    for name, item in items.items():
        value = answers.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value not in item.choices:
            wrong[name] = f"{item.text}: choose from {item.minimum} to {item.maximum}."
        else:
            given[name] = value
    if wrong:
        raise BadAnswers(wrong)
    return given


def score_of(definition: Definition, answers: Mapping[str, int]) -> Decimal | None:
    """The score of checked answers, None if more items are open than may be."""
    answered = [item for item in definition.items if item.id in answers]
    if not answered or len(definition.items) - len(answered) > definition.may_miss:
        return None
    total = Decimal(sum(answers[item.id] for item in answered))
    if definition.scoring is Scoring.PERCENT:
        lowest = sum(item.minimum for item in answered)
        score = (total - lowest) / (sum(item.maximum for item in answered) - lowest) * HUNDRED
    elif definition.scoring is Scoring.SUM:
        score = total / len(answered) * len(definition.items)
    else:
        score = total / len(answered)
    return score.quantize(_PLACES, ROUND_HALF_UP)


def _definition(raw: Any) -> Definition:
    values = _known(raw, Definition)
    values["scoring"] = Scoring(values.get("scoring", ""))
    values["items"] = tuple(Item(**_known(item, Item)) for item in _listed(values, "items"))
    values["bands"] = tuple(
        Band(upto=_decimal("upto", band.get("upto")), name=band["name"])
        for band in (_known(band, Band) for band in _listed(values, "bands"))
    )
    for name in ("mcid", "mcid_percent"):
        if values.get(name) is not None:
            values[name] = _decimal(name, values[name])
    return Definition(**values)


def _known(raw: Any, shape: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise InstrumentError(f"{shape.__name__.lower()} is not written as names and values.")
    types = {item.name: item.type for item in fields(shape)}
    if unknown := sorted(str(name) for name in set(raw) - set(types)):
        raise InstrumentError(f"{shape.__name__.lower()} has no {', '.join(unknown)}.")
    for name, value in raw.items():
        if types[name] in {str, int, bool} and type(value) is not types[name]:
            raise InstrumentError(f"{name}: “{value}” is not {_KIND[types[name]]}.")
    return dict(raw)


_KIND: Mapping[Any, str] = {str: "a text", int: "a whole number", bool: "true or false"}


def _listed(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name) or []
    if not isinstance(found, list | tuple):
        raise InstrumentError(f"{name} is not a list.")
    return list(found)


def _decimal(name: str, value: Any) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, int | str | Decimal):
        raise InstrumentError(f"{name} is written as text, so that it is exact.")
    number = Decimal(value)
    if not number.is_finite():
        raise InstrumentError(f"{name} is not a number.")
    return number


def _checked(made: Definition) -> Definition:
    for name in ("key", "version", "name"):
        if not getattr(made, name).strip():
            raise InstrumentError(f"{name} is missing.")
    _check_items(made.items)
    if made.scoring is Scoring.VALUE and len(made.items) != 1:
        raise InstrumentError("scoring “value” is for one item.")
    if made.is_diary and len(made.items) != 1:
        raise InstrumentError("a diary asks one thing again and again.")
    if not 0 <= made.may_miss < len(made.items):
        raise InstrumentError("may_miss: at least one item has to be answered.")
    if any(number is not None and number <= 0 for number in (made.mcid, made.mcid_percent)):
        raise InstrumentError("mcid is more than 0.")
    limits = [band.upto for band in made.bands]
    if limits != sorted(set(limits)):
        raise InstrumentError("bands rise from one to the next.")
    return made


def _check_items(items: tuple[Item, ...]) -> None:
    if not 1 <= len(items) <= MOST_ITEMS:
        raise InstrumentError(f"there must be 1 to {MOST_ITEMS} items.")
    ids = [item.id for item in items]
    if len(set(ids)) < len(ids) or not all(ids):
        raise InstrumentError("each item needs an id of its own.")
    for item in items:
        if not item.text.strip():
            raise InstrumentError(f"item {item.id}: text is missing.")
        if not 0 <= item.minimum < item.maximum <= 100:
            raise InstrumentError(f"item {item.id}: the scale must rise, from 0 or more to 100.")
