"""What a course is to be: one shape for each form, and the checks that an order has to pass.

The pages and the API both end here, so that no door is wider than the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.amounts import MOST_AT_ONCE, SHOWN, Amount, WrongUnit
from treatments.domain.catalogue import DrugDetails, TreatmentDetails
from treatments.domain.dosing import NonsenseDose, Regimen
from treatments.domain.spine import Region, UnknownLevel, fitting_levels
from treatments.domain.therapy import LONGEST_CERTIFICATION

MOST_VISITS = 200
MOST_VISITS_A_WEEK = 14
MOST_PROCEDURES = 24
MOST_TIMES_A_WEEK = 70
# A course that begins later than this is a slip of the pen.
FARTHEST_START = timedelta(days=366)
LONGEST_COURSE = timedelta(days=3 * 366)
# Above the maximum of a day a reason will do; so many times the maximum is a slip of the pen.
TIMES_THE_MAXIMUM = 10


class BadOrder(ValueError):
    """An order that cannot be; `field` is what to correct."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field, self.sentence = field, sentence
        super().__init__(sentence)


class AboveMaximum(BadOrder):
    """The daily dose is above the drug's maximum, and nobody said why."""

    def __init__(self, drug: str, daily: Amount, maximum: Amount, *, over_counter: bool) -> None:
        self.daily, self.maximum = daily, maximum
        limit = "without a prescription" if over_counter else "for adults"
        super().__init__(
            "over_maximum_reason",
            f"{drug}: {daily} a day is above the maximum {limit}, {maximum} a day. "
            "Say why, or lower the dose.",
        )


@dataclass(frozen=True)
class MedicationOrder:
    """A drug: how much at once of which strength, how often, how much is handed out."""

    drug: str
    strength: Amount
    dose: Amount
    doses_per_day: Decimal
    route: str
    is_as_needed: bool = False
    is_over_the_counter: bool = False
    quantity: Decimal | None = None
    refills: int = 0
    prescriber_id: int | None = None
    over_maximum_reason: str = ""


@dataclass(frozen=True)
class TherapyOrder:
    """Visits: how many, how often, how many are authorized, and the certified plan of care.

    `outside_order_date` is when a physician elsewhere signed the order that is on file,
    `plan_sent_date` when the plan of care was sent to whoever ordered it.
    """

    visits_per_week: Decimal
    visits_planned: int
    discipline: str = ""
    visits_authorized: int | None = None
    certified_start_date: date | None = None
    certified_end_date: date | None = None
    certified_by: str = ""
    outside_order_date: date | None = None
    plan_sent_date: date | None = None
    home_exercises: str = ""


@dataclass(frozen=True)
class ProceduralOrder:
    """Procedures: where, how, how many."""

    region: str
    levels: tuple[str, ...] = ()
    laterality: str = ""
    approach: str = ""
    planned_procedures: int = 1


@dataclass(frozen=True)
class SelfCareOrder:
    """What a person does for themself: how often a week, how many minutes."""

    times_per_week: int
    minutes_per_time: int | None = None


@dataclass(frozen=True)
class ReferralOrder:
    """To whom somebody is sent, or who operates; and what came of it."""

    referred_to: str
    specialty: str = ""
    is_urgent: bool = False
    region: str = ""
    levels: tuple[str, ...] = ()
    performed_date: date | None = None
    result: str = ""


Detail = MedicationOrder | TherapyOrder | ProceduralOrder | SelfCareOrder | ReferralOrder
FORMS: dict[str, type[Detail]] = {
    "medication": MedicationOrder,
    "therapy": TherapyOrder,
    "procedural": ProceduralOrder,
    "self_care": SelfCareOrder,
    "referral": ReferralOrder,
}


@dataclass(frozen=True)
class Drug:
    """A drug of the catalogue, as far as a dose is checked against it."""

    name: str
    details: DrugDetails


def check_day(field: str, day: date | None, *, today: date, born: date | None) -> None:
    """Raises `BadOrder` for a day of a course that is absurdly far ahead, or before a birth.

    The past is told as far back as somebody has lived.
    """
    if day is None:
        return
    if day - today > LONGEST_COURSE or (born is None and today - day > LONGEST_COURSE):
        raise BadOrder(field, f"{day:%B %-d}, {day.year} is too far away.")
    if born is not None and day < born:
        raise BadOrder(field, f"That is before they were born, on {born:%B %-d, %Y}.")


def check_dates(
    start: date | None, end: date | None, *, today: date, born: date | None = None
) -> None:
    """Raises `BadOrder` for days in the wrong order, absurdly far away, or before a birth."""
    for field, day in (("start_date", start), ("end_date", end)):
        check_day(field, day, today=today, born=born)
    if start is not None and start - today > FARTHEST_START:
        raise BadOrder("start_date", "A course begins within a year.")
    if start is not None and end is not None and end < start:
        raise BadOrder("end_date", "The course ends before it begins.")


def check_detail(
    detail: Detail,
    treatment: TreatmentDetails,
    drug: Drug | None,
    *,
    today: date,
    born: date | None = None,
) -> None:
    """Raises `BadOrder` with the field and a sentence, `AboveMaximum` for a dose without reason."""
    if isinstance(detail, MedicationOrder):
        _check_medication(detail, treatment, drug)
    elif isinstance(detail, TherapyOrder):
        _check_therapy(detail, treatment)
        _check_plan_of_care(detail, today=today, born=born)
    elif isinstance(detail, ProceduralOrder):
        _check_procedural(detail, treatment)
    elif isinstance(detail, SelfCareOrder):
        _between(detail.times_per_week, 1, MOST_TIMES_A_WEEK, "times_per_week", "Times a week")
        if detail.minutes_per_time is not None:
            _between(detail.minutes_per_time, 1, 600, "minutes_per_time", "Minutes")
    else:
        _check_referral(detail, treatment, today=today)
        check_day("performed_date", detail.performed_date, today=today, born=born)
        if born is not None and detail.performed_date is not None and detail.performed_date < born:
            raise BadOrder("performed_date", f"They were born on {born:%B %-d, %Y}.")


def regimen_of(order: MedicationOrder) -> Regimen:
    """The order as numbers to reckon with. Raises `BadOrder`."""
    try:
        return Regimen(
            order.strength, order.dose, order.doses_per_day, order.quantity, order.refills
        )
    except WrongUnit:
        raise BadOrder(
            "dose", f"A dose in {order.dose.unit} cannot be made of {order.strength}."
        ) from None
    except NonsenseDose as error:
        raise BadOrder("dose", str(error)) from error


def maximum_of(drug: Drug, *, over_the_counter: bool) -> Amount | None:
    """The most of a drug that adults are given in a day; None if the catalogue does not say."""
    details = drug.details
    most = details.max_daily
    if over_the_counter and details.otc_max_daily is not None:
        most = details.otc_max_daily
    return None if most is None else Amount(most, details.unit)


def _check_medication(
    order: MedicationOrder, treatment: TreatmentDetails, drug: Drug | None
) -> None:
    if drug is None:
        raise BadOrder("drug", "Choose a drug.")
    if treatment.drug_classes and not set(treatment.drug_classes) & set(drug.details.classes):
        raise BadOrder("drug", f"{drug.name} is not one of the drugs of this treatment.")
    if drug.details.routes and order.route not in drug.details.routes:
        routes = ", ".join(route.replace("_", " ") for route in drug.details.routes)
        raise BadOrder("route", f"{drug.name} is given: {routes}.")
    regimen = regimen_of(order)
    _check_unit(order.dose, drug)
    _check_sense(regimen, drug)
    maximum = maximum_of(drug, over_the_counter=order.is_over_the_counter)
    if maximum is not None and regimen.above(maximum) and not order.over_maximum_reason.strip():
        daily = regimen.daily_dose.to(maximum.unit)
        raise AboveMaximum(drug.name, daily, maximum, over_counter=order.is_over_the_counter)


def _check_unit(dose: Amount, drug: Drug) -> None:
    try:
        dose.to(drug.details.unit)
    except WrongUnit:
        right, wrong = (SHOWN.get(unit, unit) for unit in (drug.details.unit, dose.unit))
        raise BadOrder("dose", f"{drug.name} is dosed in {right}, not in {wrong}.") from None


def _check_sense(regimen: Regimen, drug: Drug) -> None:
    unit, most = drug.details.unit, drug.details.max_daily
    daily = regimen.daily_dose.to(unit)
    is_much = most is not None and daily.value > most * TIMES_THE_MAXIMUM
    if is_much or regimen.dose.to(unit).value > MOST_AT_ONCE[unit]:
        raise BadOrder("dose", f"{drug.name}: {daily} a day is more than anybody takes. Check it.")


def _check_therapy(order: TherapyOrder, treatment: TreatmentDetails) -> None:
    _between(order.visits_planned, 1, MOST_VISITS, "visits_planned", "Visits")
    if not 0 < order.visits_per_week <= MOST_VISITS_A_WEEK:
        raise BadOrder("visits_per_week", f"Visits a week are 1 to {MOST_VISITS_A_WEEK}, or part.")
    if order.visits_authorized is not None:
        _between(order.visits_authorized, 0, MOST_VISITS, "visits_authorized", "Authorized visits")
    if order.discipline and order.discipline not in treatment.disciplines:
        raise BadOrder("discipline", "This treatment is not given by that discipline.")
    begin, end = order.certified_start_date, order.certified_end_date
    if (begin is None) != (end is None):
        field = "certified_start_date" if begin is None else "certified_end_date"
        raise BadOrder(field, "A certified plan has a first and a last day.")
    if begin is not None and end is not None:
        if end < begin:
            raise BadOrder("certified_end_date", "The certified plan ends before it begins.")
        if end - begin > LONGEST_CERTIFICATION:
            days = LONGEST_CERTIFICATION.days
            raise BadOrder("certified_end_date", f"A plan is certified for at most {days} days.")


def _check_plan_of_care(order: TherapyOrder, *, today: date, born: date | None) -> None:
    for name in ("certified_start_date", "certified_end_date"):
        check_day(name, getattr(order, name), today=today, born=born)
    for name in ("outside_order_date", "plan_sent_date"):
        day = getattr(order, name)
        check_day(name, day, today=today, born=born)
        if day is not None and day > today:
            raise BadOrder(name, "This day is still to come.")


def _check_procedural(order: ProceduralOrder, treatment: TreatmentDetails) -> None:
    _between(order.planned_procedures, 1, MOST_PROCEDURES, "planned_procedures", "Procedures")
    _check_place(order.region, order.levels, treatment)
    if treatment.regions and order.region not in treatment.regions:
        raise BadOrder("region", f"This treatment is not done in the {order.region} spine.")
    if order.laterality and not treatment.has_sides:
        raise BadOrder("laterality", "This treatment has no side.")
    if order.approach and order.approach not in treatment.approaches:
        raise BadOrder("approach", "This treatment has no such approach.")


def _check_referral(order: ReferralOrder, treatment: TreatmentDetails, *, today: date) -> None:
    if not order.referred_to.strip():
        raise BadOrder("referred_to", "Say to whom.")
    if order.performed_date is not None and order.performed_date > today:
        raise BadOrder("performed_date", "What was done lies in the past.")
    if order.levels and not order.region:
        raise BadOrder("region", "Say in which region the levels are.")
    if order.region:
        _check_place(order.region, order.levels, treatment)


def _check_place(region: str, levels: Sequence[str], treatment: TreatmentDetails) -> None:
    try:
        found = Region(region)
    except ValueError:
        raise BadOrder("region", "Choose a region of the spine.") from None
    try:
        fitting_levels(levels, found, treatment.level_kinds)
    except UnknownLevel as error:
        raise BadOrder("levels", str(error)) from error


def _between(number: int, least: int, most: int, field: str, word: str) -> None:
    if not least <= number <= most:
        raise BadOrder(field, f"{word}: {least} to {most}.")
