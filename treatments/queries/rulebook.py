"""The rulebook as a manager reads it: what is on, in which version, who signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from treatments.domain.rules import Rule, Rulebook
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.records import rule_from
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.facts.assess import Assessment, assess, proposal_of
from treatments.facts.known import Known, known, rule_of
from treatments.facts.people import clinic_zone
from treatments.models import RuleEdition

MANAGE = "treatments.manage_rules"


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


@dataclass(frozen=True)
class Tried:
    """What a rule would say about one person on a day: nothing of the record is in it."""

    fires: bool
    severity: str = ""
    earliest: date | None = None
    is_certain: bool = True


def rulebook(
    viewer: Viewer, *, family: str = "", text: str = "", is_on: bool | None = None
) -> list[RuleView]:
    """The rules in force, by family and key. Raises `NotAllowed`."""
    require(viewer, MANAGE)
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


def access_rule(viewer: Viewer, key: str) -> RuleView:
    """One rule as it is in force. Raises `NotFound`, `NotAllowed`."""
    require(viewer, MANAGE)
    row = RuleEdition.objects.current().filter(key=key).select_related("signed_by").first()
    if row is None:
        raise NotFound
    return RuleView(row, rule_of(row), _offered().get(key))


def editions(viewer: Viewer, key: str) -> Sequence[RuleEdition]:
    """Every version of a rule, the newest first. Raises `NotAllowed`."""
    require(viewer, MANAGE)
    return list(RuleEdition.objects.filter(key=key).select_related("signed_by"))


def try_rule(
    viewer: Viewer,
    record: Mapping[str, Any],
    patient_id: UUID,
    treatment: str,
    on: date,
    *,
    region: str = "",
) -> Tried:
    """What a rule, as it is or as it is meant, would say about somebody's treatment on a day.

    The manager reads no chart: they learn whether it fires, and no more. Raises `BadRule` for a
    record that makes no sense, `NotAllowed`.
    """
    require(viewer, MANAGE)
    told = with_rule(viewer, record)
    record_read(viewer, "a rule tried", [patient_id])
    worst = Tried(fires=False)
    for stage in (Stage.ORDER, Stage.BOOK, Stage.NIGHTLY):
        proposal = proposal_of(told, treatment, stage, region=region)
        found = assess(patient_id, proposal, on, zone=clinic_zone(), known_now=told)
        worst = _worse(worst, found, on)
    return worst


def with_rule(viewer: Viewer, record: Mapping[str, Any]) -> Known:
    """What is known, with a rulebook of this one rule, switched on. Raises as `try_rule`."""
    require(viewer, MANAGE)
    now = known()
    rule = rule_from({**record, "is_on": True})
    return Known(Rulebook.of([rule]), now.rows, now.drugs, now.treatments)


def _worse(before: Tried, found: Assessment, on: date) -> Tried:
    for finding in found.on(on):
        weight = list(Severity)
        if not before.fires or weight.index(finding.severity) < weight.index(
            Severity(before.severity)
        ):
            return Tried(True, finding.severity, finding.clears_on, finding.is_certain)
    return before


def _offered() -> dict[str, RuleEdition]:
    """Shipped versions that are newer than what the clinic signed."""
    in_force = {row.key: row.version for row in RuleEdition.objects.current()}
    rows = RuleEdition.objects.filter(is_offered=True).order_by("version")
    return {row.key: row for row in rows if row.version > in_force.get(row.key, 0)}
