"""Examples of the shipped rules, as facts and a proposal.

An example is short: what it does not say is taken from the rule itself (treatment, approach, stage)
or is what is usual here: Medicare, the low back, 1 June 2026. A day in `done` is another session of
what is asked for. Drugs are milligrams by key; what else is known of a drug is the catalogue's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from treatments.domain.catalogue import TreatmentDetails, details_of
from treatments.domain.rules.facts import (
    Cared,
    Done,
    Facts,
    GivenDrug,
    Measurement,
    Proposal,
    Scored,
    Stage,
    Taken,
)
from treatments.domain.rules.rulebook import Rule, Rulebook
from treatments.domain.spine import CountingRegion
from treatments.management.catalogue_files import read_catalogue
from treatments.management.rule_files import rules_with_records

TODAY = "2026-06-01"
# What is asked for if the rule names only a family.
USUAL = {
    "esi": "epidural-steroid-injection",
    "facet": "medial-branch-block",
    "rfa": "radiofrequency-ablation",
    "si": "sacroiliac-joint-injection",
    "tpi": "trigger-point-injection",
    "pva": "kyphoplasty",
    "nsaid": "nsaid",
    "therapy": "physical-therapy",
    "steroid": "epidural-steroid-injection",
    "anticoagulant": "epidural-steroid-injection",
}


@dataclass(frozen=True)
class Example:
    """One example of one rule, ready to be asked."""

    rule: Rule
    case: str
    facts: Facts
    proposal: Proposal
    on: date
    says: str
    is_missing: bool
    clears: date | None
    tells_clears: bool

    @property
    def name(self):
        """As the test is called."""
        return f"{self.rule.key}-{self.case}"


@cache
def shipped():
    """Every shipped rule with its record."""
    return rules_with_records()


@cache
def catalogue():
    """The shipped treatments and drugs by section and key."""
    return {(entry.section, entry.key): entry for entry in read_catalogue()}


def book_with(rule):
    """The tables of the shipped rules and one rule, switched on."""
    tables = [r for r, _ in shipped() if r.kind == "drug_hold" and r.params["check"] == "table"]
    return Rulebook.of(
        [*(table for table in tables if table.key != rule.key), replace(rule, is_on=True)]
    )


def examples():
    """Every example of every rule that can be evaluated."""
    return [
        read(rule, case, dict(told or {}))
        for rule, record in shipped()
        for case, told in record.examples.items()
    ]


def read(rule: Rule, case: str, told: Mapping) -> Example:
    """One example; `case` begins with fires, outside, inside or unknown."""
    kind = case.partition("_")[0]
    says = {"inside": "nothing", "unknown": "warn"}.get(kind, str(rule.severity))
    if kind == "unknown" and rule.severity == "info":
        says = "info"
    proposal = proposal_of(rule, told.pop("asks", {}))
    example = Example(
        rule=rule,
        case=case,
        on=day(told.pop("on", TODAY)),
        says=told.pop("says", says),
        is_missing=told.pop("missing", kind == "unknown"),
        tells_clears="clears" in told,
        clears=day(told.pop("clears", None)),
        proposal=proposal,
        facts=facts_of(told, proposal),
    )
    assert not told, f"{rule.key}, {case}: nobody reads {', '.join(told)}"
    return example


def proposal_of(rule: Rule, asks: Mapping) -> Proposal:
    """What is asked for, as far as the example says; else as the rule wants it."""
    asks = dict(asks)
    which = rule.applies_to
    treatment = asks.pop("treatment", None) or next(
        iter(sorted(which.treatments)), USUAL[next(iter(sorted(which.families)), "esi")]
    )
    approaches = treatment_of(treatment).approaches
    usual = "transforaminal" if "transforaminal" in approaches else ""
    stage = asks.pop("stage", None) or next(s for s in Stage if s in rule.stages)
    region = asks.pop("region", "lumbar_sacral")
    documented = dict(asks.pop("documented", {}))
    for name in ("start", "end"):
        if name in documented:
            documented[name] = day(documented[name])
    if drug := documented.get("drug"):
        documented.setdefault("classes", sorted(classes_of(drug)))
        documented.setdefault("daily_maximum", maximum_of(drug))
    starts_at = asks.pop("starts_at", None)
    found = Proposal(
        treatment=treatment,
        families=families_of(treatment),
        stage=Stage(stage),
        region=region and CountingRegion(region),
        levels=frozenset(asks.pop("levels", ())),
        side=asks.pop("side", ""),
        approach=asks.pop("approach", next(iter(sorted(which.approaches)), usual)),
        purpose=asks.pop("purpose", next(iter(sorted(which.purposes)), "")),
        drugs=drugs_of(asks.pop("drugs", {})),
        documented=documented,
        starts_at=starts_at and datetime.fromisoformat(starts_at),
    )
    if which.approaches and "transforaminal" in which.approaches and not found.approach:
        found = replace(found, approach="transforaminal")
    assert not asks, f"{rule.key}: nobody reads {', '.join(asks)}"
    return found


def facts_of(told: dict, proposal: Proposal) -> Facts:
    """The facts of an example; takes what it reads out of `told`."""
    done, scores = [], []
    for number, row in enumerate(told.pop("done", ())):
        one, about = done_of(number, row, proposal)
        done.append(one)
        scores += about
    return Facts(
        birth_date=day(told.pop("birth_date", None)),
        sex=told.pop("sex", None),
        payer_class=told.pop("payer_class", "commercial" if "payer" in told else "medicare"),
        payer=told.pop("payer", None),
        region_code=told.pop("region_code", "TX"),
        states=frozenset(told.pop("states", ())),
        absent=frozenset(told.pop("absent", ())),
        done=tuple(done),
        scores=tuple(scores),
        taken=tuple(taken_of(n, row) for n, row in enumerate(told.pop("taken", ()))),
        cared=tuple(cared_of(n, row) for n, row in enumerate(told.pop("cared", ()))),
        measured=tuple(
            Measurement(f"m-{what}", what, Decimal(str(value)), day(on))
            for what, (value, on) in told.pop("measured", {}).items()
        ),
        allergies=frozenset(told.pop("allergies", ())),
        diagnoses=frozenset(told.pop("diagnoses", ())),
        since={event: day(on) for event, on in told.pop("since", {}).items()},
    )


def done_of(number, row, proposal):
    """A session like the one that is asked for, but for what the row says."""
    row = {"on": row} if isinstance(row, str) else dict(row)
    treatment = row.pop("treatment", proposal.treatment)
    region = row.pop("region", proposal.region)
    key = f"d-{number}"
    relief = row.pop("relief", {})
    done = Done(
        key=key,
        label=f"Session {number + 1}",
        on=day(row.pop("on", None)),
        treatment=treatment,
        families=families_of(treatment),
        region=region and CountingRegion(region),
        levels=frozenset(row.pop("levels", proposal.levels)),
        side=row.pop("side", proposal.side),
        approach=row.pop("approach", proposal.approach),
        purpose=row.pop("purpose", proposal.purpose),
        drugs=drugs_of(row.pop("drugs", {})),
        is_booked=row.pop("booked", False),
        is_outside=row.pop("outside", False),
    )
    assert not row, f"nobody reads {', '.join(row)}"
    return done, [
        Scored(f"s-{number}-{on}", day(on), "nrs", Decimal(3), key, "", Decimal(str(per_cent)))
        for on, per_cent in relief.items()
    ]


def taken_of(number, row):
    """A medicine with what the catalogue knows of it."""
    row = {"drug": row} if isinstance(row, str) else dict(row)
    drug = row.pop("drug")
    daily, last_dose_at = row.pop("daily", None), row.pop("last_dose_at", None)
    taken = Taken(
        key=f"t-{number}",
        label=drug.replace("-", " ").capitalize(),
        drug=drug,
        classes=classes_of(drug),
        start=day(row.pop("start", None)),
        end=day(row.pop("end", None)),
        daily=None if daily is None else Decimal(str(daily)),
        daily_maximum=maximum_of(drug),
        last_dose_on=day(row.pop("last_dose_on", None)),
        last_dose_at=last_dose_at and datetime.fromisoformat(last_dose_at),
    )
    assert not row, f"nobody reads {', '.join(row)}"
    return taken


def cared_of(number, row):
    """A course of therapy."""
    row = dict(row)
    treatment = row.pop("treatment", "physical-therapy")
    marks = {mark: tuple(map(day, days)) for mark, days in row.pop("marks", {}).items()}
    cared = Cared(
        key=f"c-{number}",
        label="Course of therapy",
        treatment=treatment,
        start=day(row.pop("start", None)),
        end=day(row.pop("end", None)),
        families=families_of(treatment),
        visits=tuple(map(day, row.pop("visits", ()))),
        marks=marks,
    )
    assert not row, f"nobody reads {', '.join(row)}"
    return cared


def drugs_of(told):
    """Drugs of a procedure; milligrams by key."""
    return tuple(
        GivenDrug(
            key=key,
            classes=classes_of(key),
            milligrams=None if amount is None else Decimal(str(amount)),
            mpe_factor=details_of("drug", entry(key, "drug").details).mpe_factor,
            is_particulate=details_of("drug", entry(key, "drug").details).is_particulate,
        )
        for key, amount in told.items()
    )


def entry(key, section="treatment"):
    """An entry of the shipped catalogue."""
    return catalogue()[section, key]


def families_of(treatment):
    """The families of rules of a treatment."""
    return frozenset(treatment_of(treatment).families)


def treatment_of(key):
    """What the catalogue says of a treatment; of an examination there is nothing to say."""
    if ("treatment", key) not in catalogue():
        return TreatmentDetails(form="referral", step=1)
    return details_of("treatment", entry(key).details)


def classes_of(drug):
    """The classes of a shipped drug: an example has no others."""
    return frozenset(details_of("drug", entry(drug, "drug").details).classes)


def maximum_of(drug):
    """The most of a drug a day, in its unit."""
    return details_of("drug", entry(drug, "drug").details).max_daily


def day(text):
    """A day, or None."""
    return None if text is None else date.fromisoformat(str(text))
