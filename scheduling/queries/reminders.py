"""Which visits are due for a reminder, and what stands in the rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed, NotFound
from clinic.shared.paging import Pager
from clinic.shared.prepared import all_rows
from scheduling.models import ReminderRule

PERMISSION = "scheduling.manage_setup"
# Nobody is reminded of what begins as soon as this.
NEAREST = timedelta(minutes=15)
# Somebody may still be writing what will have been booked before the last look.
OVERLAP = timedelta(minutes=10)


def due_reminders(
    viewer: Viewer, *, limit: int, now: datetime, claiming: bool = False
) -> list[tuple[UUID, int]]:
    """At most `limit` visits to remind of now, each with the rule that says so.

    `claiming` locks them until the transaction ends, and leaves out what somebody else has locked.
    For the clinic alone. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    asked = {"now": now, "nearest": NEAREST, "overlap": OVERLAP, "limit": limit}
    return [(pk, rule) for pk, rule in all_rows(_statement(claiming), asked)]


def reminder_rules(viewer: Viewer) -> list[ReminderRule]:
    """Every rule, general ones first. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    rows = ReminderRule.objects.select_related("site", "visit_type")
    return sorted(rows, key=_scope)


def reminder_rules_page(viewer: Viewer, page: Pager) -> list[ReminderRule]:
    """One page of the same. Raises `NotAllowed`."""
    require(viewer, PERMISSION)
    return page(ReminderRule.objects.select_related("site", "visit_type"))


def access_reminder_rule(viewer: Viewer, rule_id: int) -> ReminderRule:
    """One rule. Raises `NotFound`, `NotAllowed`."""
    require(viewer, PERMISSION)
    found = ReminderRule.objects.select_related("site", "visit_type").filter(pk=rule_id).first()
    if found is None:
        raise NotFound
    return found


def speaking(
    viewer: Viewer, rules: Sequence[ReminderRule], *, site_id: int, visit_type_id: int
) -> list[ReminderRule]:
    """The rules that hold for such a visit there: those of the nearest scope, longest first.

    Raises `NotAllowed`.
    """
    require(viewer, PERMISSION)
    fitting = [
        rule
        for rule in rules
        if rule.site_id in (None, site_id) and rule.visit_type_id in (None, visit_type_id)
    ]
    nearest = max((_rank(rule) for rule in fitting), default=(False, False))
    chosen = [rule for rule in fitting if _rank(rule) == nearest and rule.is_active]
    return sorted(chosen, key=lambda rule: rule.before, reverse=True)


def _rank(rule: ReminderRule) -> tuple[bool, bool]:
    return rule.visit_type_id is not None, rule.site_id is not None


def _scope(rule: ReminderRule) -> tuple[object, ...]:
    kind = rule.visit_type.name if rule.visit_type else ""
    site = rule.site.name if rule.site else ""
    return (_rank(rule), kind, site, -rule.before)


@cache
def _statement(claiming: bool) -> str:
    text = (Path(__file__).parent / "due_reminders.sql").read_text()
    return text.format(locking="FOR NO KEY UPDATE OF a SKIP LOCKED" if claiming else "")
