"""The rulebook as a manager reads it: what is on, in which version, who signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from treatments.domain.rule_numbers import Number, numbers_of
from treatments.domain.rules import Rule, Rulebook
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.records import rule_from
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.facts.assess import assess, proposal_of
from treatments.facts.known import Known, known, rule_of
from treatments.facts.people import clinic_zone
from treatments.facts.procedures import given_drug
from treatments.models import RuleEdition

READ, MANAGE = "treatments.view_rules", "treatments.manage_rules"
_TRIED = frozenset({Stage.ORDER, Stage.BOOK, Stage.NIGHTLY})


@dataclass(frozen=True)
class RuleView:
    """A rule in one version; `offered` is a shipped version that waits to be taken over."""

    row: RuleEdition
    rule: Rule
    offered: RuleEdition | None = None

    @property
    def family(self) -> str:
        """What it is grouped under, in words."""
        return RULE_FAMILIES.get(self.rule.family, self.rule.family)

    @property
    def numbers(self) -> list[Number]:
        """Its numbers, in the order of the record."""
        return numbers_of(self.row.record.get("params", {}))

    @property
    def sleeps_without(self) -> str:
        """The setting for want of which it is silent; "" if it is not."""
        return _sleeps_without(self.rule) if self.row.is_on and self.rule.is_evaluable else ""


@dataclass(frozen=True)
class Where:
    """What else is said of the treatment that is tried: where, on which side, with which drugs."""

    region: str = ""
    levels: frozenset[str] = frozenset()
    side: str = ""
    drugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What a rule would say about one person on a day: nothing of the record is in it.

    Not how heavily either, nor until when: a day would tell when something was done.
    """

    fires: bool
    is_certain: bool = True


def rulebook(
    viewer: Viewer, *, family: str = "", text: str = "", is_on: bool | None = None
) -> list[RuleView]:
    """The rules in force, by family and key. Raises `NotAllowed`."""
    require(viewer, READ)
    offered = _offered()
    wanted = text.casefold()
    found = [
        RuleView(row, rule_of(row), offered.get(row.key))
        for row in RuleEdition.objects.current().select_related("signed_by")
    ]
    found = [
        view
        for view in found
        if (not family or view.rule.family == family)
        and (is_on is None or view.row.is_on == is_on)
        and wanted in f"{view.row.key} {view.rule.message}".casefold()
    ]
    return sorted(found, key=lambda view: (view.family, view.row.key))


def sleeping(viewer: Viewer) -> dict[str, list[str]]:
    """The rules in force that are silent because something of the clinic itself is not set.

    By the name of the setting that is empty, their keys in order. Raises `NotAllowed`.
    """
    require(viewer, READ)
    found: dict[str, list[str]] = {}
    for rule in sorted(known().rulebook.rules, key=lambda rule: rule.key):
        if rule.is_on and rule.is_evaluable and (setting := _sleeps_without(rule)):
            found.setdefault(setting, []).append(rule.key)
    return found


def _sleeps_without(rule: Rule) -> str:
    """The setting for want of which a rule is silent; "" if it is not."""
    if rule.region_codes and not settings.CLINIC_STATE:
        return "CLINIC_STATE"
    asked = {*getattr(rule.looks, "only_if", ()), *(rule.when.documented if rule.when else ())}
    if "facility" in asked and not settings.CLINIC_PLACE_OF_SERVICE:
        return "CLINIC_PLACE_OF_SERVICE"
    return ""


def access_rule(viewer: Viewer, key: str) -> RuleView:
    """One rule as it is in force. Raises `NotFound`, `NotAllowed`."""
    require(viewer, READ)
    row = RuleEdition.objects.current().filter(key=key).select_related("signed_by").first()
    if row is None:
        raise NotFound
    return RuleView(row, rule_of(row), _offered().get(key))


def editions(viewer: Viewer, key: str) -> Sequence[RuleEdition]:
    """Every version of a rule, the newest first. Raises `NotAllowed`."""
    require(viewer, READ)
    return list(RuleEdition.objects.filter(key=key).select_related("signed_by"))


def try_rule(
    viewer: Viewer,
    record: Mapping[str, Any],
    patient_id: UUID,
    treatment: str,
    on: date,
    *,
    where: Where = Where(),
) -> Tried:
    """What a rule, as it is or as it is meant, would say about somebody's treatment on a day.

    The manager reads no chart: they learn whether it fires, and no more. Raises `BadRule` for a
    record that makes no sense, `NotAllowed`.
    """
    require(viewer, MANAGE)
    if not record.get("is_evaluable", True):
        # It asks for what is not on record here: nobody can say whether it would fire.
        return Tried(fires=False, is_certain=False)
    told = with_rule(viewer, record)
    record_read(viewer, "a rule tried", [patient_id])
    proposal = proposal_of(
        told,
        treatment,
        Stage.BOOK,
        region=where.region,
        levels=where.levels,
        side=where.side,
        drugs=tuple(given_drug(told, key, None, "") for key in where.drugs),
    )
    asked = assess(patient_id, proposal, on, zone=clinic_zone(), known_now=told)
    found = asked.at(_TRIED).on(on)
    if not found:
        return Tried(fires=False, is_certain=not _lacks(told.rulebook.rules[0], where))
    return Tried(fires=True, is_certain=any(finding.is_certain for finding in found))


def _lacks(rule: Rule, where: Where) -> bool:
    """Whether it looks at levels, a side or drugs that were not said: then no answer is sure."""
    which = getattr(rule.looks, "which", None)
    places = {*rule.applies_to.per.split("_"), *(which.per.split("_") if which else ())}
    asks_levels = rule.kind == "level_cap" or bool(rule.applies_to.levels) or "level" in places
    asks_side = rule.kind == "level_cap" or "side" in places
    asks_drugs = rule.kind == "dose_cap" or bool(getattr(rule.looks, "given_classes", ()))
    return (
        (asks_levels and not where.levels)
        or (asks_side and not where.side)
        or (asks_drugs and not where.drugs)
    )


def with_rule(viewer: Viewer, record: Mapping[str, Any]) -> Known:
    """What is known, with a rulebook of this one rule, switched on. Raises as `try_rule`."""
    require(viewer, MANAGE)
    now = known()
    rule = rule_from({**record, "is_on": record.get("is_evaluable", True)})
    return Known(Rulebook.of([rule]), now.rows, now.drugs, now.treatments)


def _offered() -> dict[str, RuleEdition]:
    """Shipped versions that are newer than what the clinic signed."""
    in_force = {row.key: row.version for row in RuleEdition.objects.current()}
    rows = RuleEdition.objects.filter(is_offered=True).order_by("version")
    return {row.key: row for row in rows if row.version > in_force.get(row.key, 0)}
