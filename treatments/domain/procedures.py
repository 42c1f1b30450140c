"""What a record of a procedure may say: every contradiction as a sentence beside its field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from treatments.domain.amounts import MOST_AT_ONCE, SHOWN, Amount, Unit, WrongUnit, shortest
from treatments.domain.catalogue import DrugDetails, TreatmentDetails
from treatments.domain.concentrations import contradicts, dose_in
from treatments.domain.procedure_items import instant_of
from treatments.domain.spine import LevelKind, Region, UnknownLevel, in_order, levels_of, region_of

ROLES = ("steroid", "local_anesthetic", "contrast", "sedative", "other")
_NOT_INJECTED = frozenset({"oral", "sublingual", "topical", "transdermal"})
EARLIEST = date(1950, 1, 1)
# So many times what adults are given in a day is a slip of the pen as well.
TIMES_A_DAY_AT_ONCE = 4
# More steroid than this at once, in methylprednisolone, is a slip of the pen.
MOST_STEROID = Decimal(1000)
MOST_CEMENT = Decimal(15)
MOST_DRUGS = 50
Complaints = dict[str, list[str]]


@dataclass(frozen=True)
class GivenDrug:
    """One row of the drugs: `drug` is a key of the catalogue, volumes are in millilitres."""

    drug: str
    role: str = ""
    dose: Decimal | None = None
    dose_unit: str = ""
    volume_ml: Decimal | None = None
    concentration: str = ""
    wasted: Decimal | None = None
    lot_number: str = ""
    expiry_date: date | None = None

    @property
    def amount(self) -> Amount | None:
        """The dose with its unit, if one is written."""
        return Amount(self.dose, Unit(self.dose_unit)) if self.dose and self.dose_unit else None


@dataclass(frozen=True)
class Content:
    """What a procedure says about itself. `device_settings["cement_ml"]` is cement by level."""

    performed_at: datetime | None = None
    ended_at: datetime | None = None
    status: str = "completed"
    region: str = ""
    levels: Sequence[str] = ()
    laterality: str = ""
    approach: str = ""
    purpose: str = ""
    guidance: str = ""
    sedation: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    findings: str = ""
    complications: str = ""
    aftercare: str = ""
    device_settings: Mapping[str, Any] = field(default_factory=dict)
    checklist: Mapping[str, Any] = field(default_factory=dict)
    drugs: Sequence[GivenDrug] = ()


@dataclass(frozen=True)
class Rules:
    """What a procedure is measured by: its treatment and the drugs of the catalogue, by key."""

    treatment: TreatmentDetails
    drugs: Mapping[str, DrugDetails]
    names: Mapping[str, str] = field(default_factory=dict)


def levels_for(details: TreatmentDetails, region: Region | None = None) -> list[str]:
    """The levels a treatment may name, from the neck down, each once."""
    found = {
        level
        for kind in details.level_kinds
        for level in levels_of(LevelKind(kind), region)
        if not details.regions or region_of(level) in details.regions
    }
    return in_order(sorted(found))


def role_of(drug: DrugDetails, wanted: Sequence[str]) -> str:
    """What a drug is given for where these roles are wanted; "" if for none of them.

    Nobody injects tablets: what is only swallowed or rubbed in is no drug of a procedure, unless it
    calms.
    """
    found = next((role for role in wanted if role in drug.classes), "")
    is_injected = not drug.routes or bool(set(drug.routes) - _NOT_INJECTED)
    return found if is_injected or found == "sedative" else ""


def completed_drug(row: GivenDrug, drug: DrugDetails, wanted: Sequence[str]) -> GivenDrug:
    """The row with its role, its unit, and the dose that volume and concentration make."""
    dose, unit = row.dose, row.dose_unit
    if dose is None and row.volume_ml and drug.unit is not Unit.MILLILITRE:
        made = dose_in(row.volume_ml, row.concentration, drug.unit)
        dose = made.value if made else None
        unit = drug.unit if made else ""
    if dose is None:
        unit = ""
    elif not unit:
        unit = drug.unit
    role = row.role or role_of(drug, wanted) or "other"
    return GivenDrug(
        drug=row.drug,
        role=role,
        dose=dose,
        dose_unit=str(unit),
        volume_ml=row.volume_ml,
        concentration=row.concentration,
        wasted=row.wasted,
        lot_number=row.lot_number,
        expiry_date=row.expiry_date,
    )


def complaints(
    content: Content, rules: Rules, *, now: datetime, born: date | None = None
) -> Complaints:
    """Everything that contradicts itself, the treatment or the calendar, by field.

    `born` is when the person was. Days are those of `now`'s own zone. Drug rows are named
    `drugs.0.dose`. What is merely missing is no contradiction: see
    `treatments.domain.procedure_signing`.
    """
    found: Complaints = {}
    for name, sentence in [
        *_time_faults(content, now, born),
        *_state_faults(content),
        *_place_faults(content, rules.treatment),
        *_way_faults(content, rules.treatment),
        *_cement_faults(content, rules.treatment),
        *_checklist_faults(content, now),
    ]:
        found.setdefault(name, []).append(sentence)
    day = content.performed_at and content.performed_at.astimezone(now.tzinfo).date()
    for number, row in enumerate(content.drugs):
        for name, sentence in drug_faults(row, rules, on=day or now.date()):
            found.setdefault(f"drugs.{number}.{name}", []).append(sentence)
    if len(content.drugs) > MOST_DRUGS:
        sentence = f"A procedure has at most {MOST_DRUGS} rows of drugs."
        found.setdefault(f"drugs.{MOST_DRUGS}.drug", []).append(sentence)
    return found


Faults = list[tuple[str, str]]


def day_fault(day: date, born: date | None) -> str:
    """Why nothing can have been done to a person on that day, "" if it can."""
    if day < EARLIEST:
        return f"Nobody here was treated before {EARLIEST.year}."
    if born is not None and day < born:
        return f"That is before they were born, on {born:%B %-d, %Y}."
    return ""


def _time_faults(content: Content, now: datetime, born: date | None) -> Faults:
    faults: Faults = []
    begin, end = content.performed_at, content.ended_at
    if begin and begin > now:
        faults.append(("performed_at", "A procedure is written down after it was done."))
    if begin and (sentence := day_fault(begin.astimezone(now.tzinfo).date(), born)):
        faults.append(("performed_at", sentence))
    if end and begin and end < begin:
        faults.append(("ended_at", "It cannot end before it began."))
    if end and end > now:
        faults.append(("ended_at", "This end is still to come."))
    return faults


def _state_faults(content: Content) -> Faults:
    faults: Faults = []
    if content.status not in {"completed", "stopped"}:
        faults.append(("status", "It was completed, or it was stopped."))
    if content.status == "completed" and content.checklist.get("stop_reason"):
        faults.append(("status", "There is a reason for stopping; say that it was stopped."))
    for name in ("pain_before", "pain_after"):
        pain = getattr(content, name)
        if pain is not None and not 0 <= pain <= 10:
            faults.append((name, "Pain is from 0 to 10."))
    return faults


def _place_faults(content: Content, details: TreatmentDetails) -> Faults:
    faults: Faults = []
    if content.region and content.region not in set(details.regions):
        faults.append(("region", "This treatment is not done in that region."))
    allowed = set(levels_for(details))
    for level in content.levels:
        try:
            region = region_of(level)
        except UnknownLevel:
            faults.append(("levels", f"There is no level “{level}”."))
            continue
        if level not in allowed:
            faults.append(("levels", f"{level} is not a level of this treatment."))
        elif not content.region:
            faults.append(("region", "Say in which region the levels are."))
        elif not _lies_in(level, region, content.region):
            faults.append(("levels", f"{level} is {region}, not {content.region}."))
    if content.laterality and not details.has_sides:
        faults.append(("laterality", "This treatment has no side."))
    return list(dict.fromkeys(faults))


def strange_levels(levels: Iterable[str], region: str) -> Iterator[str]:
    """What cannot be about levels, whatever was done: no such level, or not in this region."""
    for level in levels:
        try:
            found = region_of(level)
        except UnknownLevel:
            yield f"There is no level “{level}”."
            continue
        if region and not _lies_in(level, found, region):
            yield f"{level} is {found}, not {region}."


def _lies_in(level: str, region: Region, wanted: str) -> bool:
    # A level between two regions is written under either; caudal and SI are lumbar to many.
    if region == wanted:
        return True
    if level in {"caudal", "SI"}:
        return wanted == Region.LUMBAR
    lower = level.split("-")[-1]
    return "-" in level and region_of(lower) == wanted


def _way_faults(content: Content, details: TreatmentDetails) -> Faults:
    faults: Faults = []
    for name, allowed, sentence in (
        ("approach", details.approaches, "This treatment has no such approach."),
        ("purpose", details.purposes, "This treatment is not done for that purpose."),
        ("guidance", (*details.guidance, "none"), "This treatment is not guided in that way."),
    ):
        given = getattr(content, name)
        if given and given not in allowed:
            faults.append((name, sentence))
    caudal = "caudal" in content.levels
    if content.approach and caudal != (content.approach == "caudal") and content.levels:
        which = "The caudal canal is reached by the caudal approach, and by that only."
        if caudal or "caudal" in levels_for(details):
            faults.append(("approach", which))
    return faults


def _cement_faults(content: Content, details: TreatmentDetails) -> Faults:
    faults: Faults = []
    for level, volume in cement_of(content).items():
        name = f"cement.{level}"
        if "cement" not in details.fields:
            faults.append((name, "This treatment uses no cement."))
        elif not content.levels:
            faults.append((name, "Choose the vertebra the cement went into."))
        elif level not in content.levels:
            faults.append((name, f"There is cement for {level}, but {level} is not chosen."))
        if not 0 < volume <= MOST_CEMENT:
            faults.append((name, f"{level}: cement is between 0.1 and {MOST_CEMENT} mL."))
    return faults


def cement_of(content: Content) -> dict[str, Decimal]:
    """Cement by level, in millilitres."""
    written = content.device_settings.get("cement_ml", {})
    return {level: Decimal(volume) for level, volume in written.items()}


def _checklist_faults(content: Content, now: datetime) -> Faults:
    faults: Faults = []
    for key in ("anticoagulant_last_at", "inr_at"):
        instant = instant_of(content.checklist, key)
        if instant and instant > now:
            faults.append((f"checklist.{key}", "This is still to come."))
        elif instant and content.performed_at and instant > content.performed_at:
            faults.append((f"checklist.{key}", "This is after the procedure began."))
    if content.checklist.get("inr_at") and not content.checklist.get("inr"):
        faults.append(("checklist.inr", "Write the INR that was measured then."))
    if content.checklist.get("anticoagulant_last_at") and (
        content.checklist.get("anticoagulant") == "none"
    ):
        faults.append(
            ("checklist.anticoagulant", "There is a last dose, so there is a blood thinner.")
        )
    return faults


def drug_faults(row: GivenDrug, rules: Rules, *, on: date) -> Faults:
    """What is wrong with one row, on the day it was given."""
    drug = rules.drugs.get(row.drug)
    if drug is None:
        return [("drug", "The catalogue has no such drug.")]
    name = rules.names.get(row.drug, row.drug)
    faults: Faults = []
    wanted = rules.treatment.drug_roles
    if not role_of(drug, wanted):
        faults.append(("drug", f"{name} is not given in this treatment."))
    elif row.role and row.role not in wanted:
        faults.append(("role", "This treatment has no drug for that."))
    else:
        faults += role_faults(row, drug, name)
    faults += amount_faults(row, drug, name)
    if row.expiry_date and row.expiry_date < on:
        faults.append(("expiry_date", f"This lot expired on {row.expiry_date:%B %-d, %Y}."))
    return faults


def role_faults(row: GivenDrug, drug: DrugDetails, name: str) -> Faults:
    """What is wrong with what a drug called `name` was given for."""
    if row.role in {"", "other", *drug.classes}:
        return []
    return [("role", f"{name} is no {row.role.replace('_', ' ')}.")]


def amount_faults(row: GivenDrug, drug: DrugDetails, name: str) -> Faults:
    """What is wrong with how much was given of a drug called `name`, whatever it was given for."""
    faults = _nothing_faults(row)
    amount = row.amount
    if faults or amount is None:
        return faults
    try:
        same = amount.to(drug.unit)
    except WrongUnit:
        given, wrong = SHOWN.get(drug.unit, drug.unit), SHOWN.get(amount.unit, amount.unit)
        return [("dose_unit", f"{name} is measured in {given}, not in {wrong}.")]
    is_much = drug.mpe_factor is not None and same.value * drug.mpe_factor > MOST_STEROID
    if is_much or same.value > most_at_once(drug):
        faults.append(("dose", f"{amount} of {name} is more than anybody is given. Check it."))
    made = row.volume_ml and contradicts(amount, row.volume_ml, row.concentration)
    if made and row.volume_ml:
        what = f"{shortest(row.volume_ml)} mL of {row.concentration}"
        faults.append(("dose", f"{what} are {made}, not {amount}."))
    return faults


def most_at_once(drug: DrugDetails) -> Decimal:
    """More of a drug than this at once, in its own unit, is a slip of the pen."""
    most = MOST_AT_ONCE[drug.unit]
    return most if drug.max_daily is None else min(most, drug.max_daily * TIMES_A_DAY_AT_ONCE)


def _nothing_faults(row: GivenDrug) -> Faults:
    faults: Faults = []
    if row.dose is None and row.volume_ml is None:
        faults.append(("dose", "Say how much was given: a dose or a volume."))
    if row.dose is not None and row.dose <= 0:
        faults.append(("dose", "A dose is more than nothing."))
    if row.volume_ml is not None and row.volume_ml <= 0:
        faults.append(("volume_ml", "A volume is more than nothing."))
    elif row.volume_ml is not None and row.volume_ml > MOST_AT_ONCE[Unit.MILLILITRE]:
        volume = f"{shortest(row.volume_ml)} mL"
        faults.append(("volume_ml", f"{volume} is more than anybody is given. Check it."))
    if row.wasted is not None and row.wasted < 0:
        faults.append(("wasted", "Nothing less than nothing is thrown away."))
    return faults
