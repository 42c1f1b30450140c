"""What the rules are measured by: the rulebook and the catalogue, read once and kept.

Each process keeps both until a row is added; one cheap question tells whether that happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from clinic.shared.prepared import first_row
from treatments.domain.amounts import Amount, Unit, WrongUnit
from treatments.domain.recognized import DrugBook, KnownDrug
from treatments.domain.rules import Rule, Rulebook
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.records import rule_from
from treatments.models import CatalogueEntry, RuleEdition, Section

# Counted as well, because a row may become visible after one with a higher number.
_MARK = """
SELECT (SELECT count(*) FROM treatments_ruleedition),
       (SELECT max(id) FROM treatments_ruleedition),
       (SELECT count(*) FROM treatments_catalogueentryversion),
       (SELECT max(pgh_id) FROM treatments_catalogueentryversion)
"""


@dataclass(frozen=True)
class KnownTreatment:
    """A treatment of the catalogue, as far as a rule may ask about it."""

    key: str
    name: str
    form: str
    families: frozenset[str]
    purposes: tuple[str, ...]
    approaches: tuple[str, ...]
    regions: tuple[str, ...]
    drug_classes: frozenset[str]
    has_steroid: bool
    is_conservative: bool


@dataclass(frozen=True)
class Known:
    """Rules by their newest versions (`rows` has the row of each), drugs and treatments."""

    rulebook: Rulebook
    rows: Mapping[str, int]
    drugs: DrugBook
    treatments: Mapping[str, KnownTreatment]


_kept: tuple[object, Known] | None = None


def known() -> Known:
    """The rulebook and the catalogue as they stand now; one query if nothing changed."""
    global _kept
    mark = first_row(_MARK, {})
    if _kept is None or _kept[0] != mark:
        _kept = (mark, _read())
    return _kept[1]


def rule_of(row: RuleEdition) -> Rule:
    """A filed version as the engine asks it."""
    rule = rule_from(row.record, is_filed=True)
    return replace(rule, version=row.version, severity=Severity(row.severity), is_on=row.is_on)


def _read() -> Known:
    rows = list(RuleEdition.objects.current())
    entries = list(CatalogueEntry.objects.filter(section__in=[Section.DRUG, Section.TREATMENT]))
    return Known(
        rulebook=Rulebook.of(rule_of(row) for row in rows),
        rows={row.key: row.pk for row in rows},
        drugs=DrugBook(_drug(entry) for entry in entries if entry.section == Section.DRUG),
        treatments={
            entry.key: _treatment(entry) for entry in entries if entry.section == Section.TREATMENT
        },
    )


def _drug(entry: CatalogueEntry) -> KnownDrug:
    told = entry.details
    return KnownDrug(
        key=entry.key,
        name=entry.name,
        classes=frozenset(told.get("classes", ())),
        synonyms=tuple(told.get("synonyms", ())) + ((entry.name_es,) if entry.name_es else ()),
        max_daily=milligrams(told.get("max_daily"), told.get("unit", Unit.MILLIGRAM)),
        mpe_factor=Decimal(told["mpe_factor"]) if told.get("mpe_factor") else None,
        is_particulate=bool(told.get("is_particulate")),
    )


def _treatment(entry: CatalogueEntry) -> KnownTreatment:
    told: Mapping[str, Any] = entry.details
    return KnownTreatment(
        key=entry.key,
        name=entry.name,
        form=told.get("form", ""),
        families=frozenset(told.get("families", ())),
        purposes=tuple(told.get("purposes", ())),
        approaches=tuple(told.get("approaches", ())),
        regions=tuple(told.get("regions", ())),
        drug_classes=frozenset(told.get("drug_classes", ())),
        has_steroid="steroid" in told.get("drug_roles", ()),
        is_conservative=bool(told.get("is_conservative")),
    )


def milligrams(value: Any, unit: str) -> Decimal | None:
    """An amount in milligrams; None if it is no mass, or not known."""
    if value in (None, ""):
        return None
    try:
        return Amount(Decimal(value), Unit(unit)).to(Unit.MILLIGRAM).value
    except (WrongUnit, ValueError):
        return None
