"""The shape of the catalogue: what an entry of each section says besides its name.

Entries are read from YAML files or from a manager's form; both end here, so that whatever cannot be
understood is refused in one place and with one sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from treatments.domain.amounts import Unit
from treatments.domain.spine import LevelKind, Region


class CatalogueError(ValueError):
    """An entry that makes no sense; the text says which field and why."""


@dataclass(frozen=True)
class TreatmentDetails:
    """What a form needs to know about a treatment.

    `form` is the kind of course (`treatments.models.CourseForm`). `step` is its place in stepped
    care: 1 self-care, 2 conservative, 3 injections and the like, 4 surgery. `minutes` and `needs`
    are what it usually takes of the calendar. `fields` names the parts of the procedure form it
    uses. `risks` are keys of the section `risk`, `protocol` one of `protocols.yaml`, `families`
    those rule families that apply.
    """

    form: str
    step: int
    minutes: int | None = None
    needs: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    level_kinds: tuple[LevelKind, ...] = ()
    has_sides: bool = False
    approaches: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    drug_roles: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    drug_classes: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    protocol: str = ""
    families: tuple[str, ...] = ()
    # A course of this, recorded with its days, counts as conservative care before an injection.
    is_conservative: bool = False


@dataclass(frozen=True)
class DiagnosticDetails:
    """A diagnostic: whether it is imaging, a laboratory test, an examination, or a procedure.

    `results` are the numbers it gives: text and unit, for the form of its result.
    """

    results: tuple[Mapping[str, str], ...] = ()
    needs_region: bool = False


@dataclass(frozen=True)
class CauseDetails:
    """A cause: the ICD-10-CM codes that are usually meant, as prefixes."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RedFlagDetails:
    """A red flag: its urgency (`emergency`, `same_day`, `urgent`, `routine`) and its question."""

    urgency: str = "same_day"
    question: str = ""
    question_es: str = ""


@dataclass(frozen=True)
class RiskDetails:
    """A risk to watch: the usual time of onset after a treatment, in hours."""

    from_hours: int = 0
    until_hours: int | None = None


@dataclass(frozen=True)
class DrugDetails:
    """A drug. `classes` are what rules and forms look for (nsaid, steroid, anticoagulant, …).

    `max_daily` is for adults, in `unit`. `mpe_factor` turns milligrams of a steroid into
    milligrams of methylprednisolone. Sources: clinical rules, sections 5 and 6.
    """

    classes: tuple[str, ...] = ()
    unit: Unit = Unit.MILLIGRAM
    routes: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    max_daily: Decimal | None = None
    otc_max_daily: Decimal | None = None
    mpe_factor: Decimal | None = None
    is_particulate: bool = False
    synonyms: tuple[str, ...] = ()


Details = (
    TreatmentDetails | DiagnosticDetails | CauseDetails | RedFlagDetails | RiskDetails | DrugDetails
)
_SHAPES: Mapping[str, type[Any]] = {
    "treatment": TreatmentDetails,
    "diagnostic": DiagnosticDetails,
    "cause": CauseDetails,
    "red_flag": RedFlagDetails,
    "risk": RiskDetails,
    "drug": DrugDetails,
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "treatment": (
        "self_care",
        "lifestyle",
        "medication",
        "therapy",
        "complementary",
        "injection",
        "ablation",
        "augmentation",
        "percutaneous",
        "surgery",
    ),
    "diagnostic": ("examination", "imaging", "laboratory", "procedure"),
    "cause": (
        "mechanical",
        "degenerative",
        "fracture",
        "inflammatory",
        "referred",
        "serious",
        "other",
    ),
    "red_flag": ("neurological", "infection", "cancer", "fracture", "vascular", "general"),
    "risk": ("immediate", "early", "late"),
    "drug": ("medicine", "procedural", "antithrombotic"),
}


@dataclass(frozen=True)
class Entry:
    """One entry, checked."""

    key: str
    section: str
    kind: str
    name: str
    plain: str
    name_es: str = ""
    plain_es: str = ""
    version: int = 1
    position: int = 1000
    details: Mapping[str, Any] = field(default_factory=dict)


def checked(entry: Entry) -> Entry:
    """The entry, if it makes sense. Raises `CatalogueError`."""
    if entry.section not in _SHAPES:
        raise CatalogueError(f"{entry.key}: there is no section “{entry.section}”.")
    if entry.kind not in KINDS[entry.section]:
        raise CatalogueError(f"{entry.key}: “{entry.kind}” is no kind of {entry.section}.")
    for name in ("key", "name", "plain"):
        if not str(getattr(entry, name)).strip():
            raise CatalogueError(f"{entry.key or entry.name}: {name} is missing.")
    details_of(entry.section, entry.details, where=entry.key)
    return entry


def details_of(section: str, raw: Mapping[str, Any], *, where: str = "") -> Any:
    """The details of an entry, typed. Raises `CatalogueError` for what is unknown there."""
    shape = _SHAPES[section]
    known = {item.name: item for item in fields(shape)}
    if unknown := sorted(set(raw) - set(known)):
        raise CatalogueError(f"{where}: {section} has no {', '.join(unknown)}.")
    try:
        return shape(**{name: _typed(name, value) for name, value in raw.items()})
    except (TypeError, ValueError, InvalidOperation) as error:
        raise CatalogueError(f"{where}: {error}") from error


_TYPES: Mapping[str, Any] = {
    "regions": Region,
    "level_kinds": LevelKind,
    "unit": Unit,
    "max_daily": Decimal,
    "otc_max_daily": Decimal,
    "mpe_factor": Decimal,
}


def _typed(name: str, value: Any) -> Any:
    read = _TYPES.get(name, lambda given: given)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(read(item) for item in value)
    if value is None or read is not Decimal:
        return None if value is None else read(value)
    if isinstance(value, float):
        raise TypeError(f"{name} is written as text, so that it is exact.")
    return Decimal(value)
