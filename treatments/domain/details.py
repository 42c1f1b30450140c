"""What an entry of each section of the catalogue says besides its name; one class a section."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from treatments.domain.amounts import Unit
from treatments.domain.spine import LevelKind, Region
from treatments.domain.vocabulary import STEPS


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
    # Written down when somebody had it elsewhere; it is not ordered here.
    history_only: bool = False

    def __post_init__(self) -> None:
        """Refuse nonsense numbers. Raises `ValueError`."""
        if self.step not in STEPS:
            raise ValueError("step is 1, 2, 3 or 4.")
        if self.minutes is not None and not 5 <= self.minutes <= 480:
            raise ValueError("minutes are from 5 to 480.")


@dataclass(frozen=True)
class DiagnosticDetails:
    """A diagnostic: whether it is imaging, a laboratory test, an examination, or a procedure.

    `results` are the numbers it gives: text and unit (UCUM), for the form of its result.
    `procedure` is the key of the treatment under which it is recorded when it is done here.
    """

    results: tuple[Mapping[str, str], ...] = ()
    needs_region: bool = False
    procedure: str = ""


@dataclass(frozen=True)
class CauseDetails:
    """A cause: the ICD-10-CM codes that are usually meant, as prefixes, and what else it is called.

    A search for diagnoses finds the codes by any of these names.
    """

    codes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class RedFlagDetails:
    """A red flag: its urgency (`emergency`, `same_day`, `urgent`, `routine`) and how it is asked.

    `question` is said on the phone, `sign` is the same as one of a list that a person ticks. What
    `is_lasting` is not new when it is found. Who is younger than `from_age` or older than
    `until_age`, in years, is not asked.
    """

    urgency: str = "same_day"
    question: str = ""
    question_es: str = ""
    sign: str = ""
    sign_es: str = ""
    is_lasting: bool = False
    from_age: int | None = None
    until_age: int | None = None

    def __post_init__(self) -> None:
        """Refuse ages at which nobody would be asked. Raises `ValueError`."""
        if None not in (self.from_age, self.until_age) and self.from_age > self.until_age:  # type: ignore[operator]
            raise ValueError("from_age is not above until_age.")

    def is_asked_at(self, age: int) -> bool:
        """Whether people of this age, in years, are asked."""
        return (self.from_age is None or age >= self.from_age) and (
            self.until_age is None or age <= self.until_age
        )


@dataclass(frozen=True)
class RiskDetails:
    """A risk to watch: the usual time of onset after a treatment, in hours."""

    from_hours: int = 0
    until_hours: int | None = None


@dataclass(frozen=True)
class DrugDetails:
    """A drug. `classes` are what rules and forms look for (nsaid, steroid, anticoagulant, …).

    `max_daily` is for adults, in `unit`, `max_days` the longest course; `source` says who says so,
    and what is still to be confirmed. `mpe_factor` turns milligrams of a steroid into
    milligrams of methylprednisolone.
    """

    classes: tuple[str, ...] = ()
    unit: Unit = Unit.MILLIGRAM
    routes: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    max_daily: Decimal | None = None
    otc_max_daily: Decimal | None = None
    max_days: int | None = None
    mpe_factor: Decimal | None = None
    is_particulate: bool = False
    synonyms: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse nonsense numbers. Raises `ValueError`."""
        for name in ("max_daily", "otc_max_daily", "max_days", "mpe_factor"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} is more than nothing.")
