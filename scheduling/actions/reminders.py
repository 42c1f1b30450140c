"""Reminding people of their visits, and the rules that say when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.queries import recipients
from scheduling.actions.visit_texts import visit_text
from scheduling.models import Appointment, ReminderRule, Site, VisitType
from scheduling.models.reminder import LONGEST, SHORTEST
from scheduling.queries.reminders import PERMISSION, due_reminders
from scheduling.queries.visit_links import answer_address

# How far it was looked is noted no more often: most looks find nothing, and then write nothing.
NOTED_EVERY = timedelta(minutes=1)


class RuleListed(Conflict):
    """There is such a rule already."""

    code = "reminder_rule_listed"
    title = "This reminder is there already"
    default_sentence = "There is a reminder so long before already. Nothing was changed."


@dataclass(frozen=True)
class Round:
    """What one round did: how many reminders were written, and whether more may be due."""

    written: int
    is_more: bool


@action
def write_due_reminders(*, limit: int, by: str, now: datetime) -> Round:
    """Write the reminders of at most `limit` visits; several workers at once share the work.

    When nothing is left, the rules remember up to when they have looked. A visit that somebody is
    just changing is left to the next round, and what was looked at is not forgotten before.
    """
    due = due_reminders(THE_CLINIC, limit=limit, now=now, claiming=True)
    if due:
        _write(due, by, now)
        return Round(len(due), is_more=True)
    if not due_reminders(THE_CLINIC, limit=1, now=now):
        later = Q(looked_at__isnull=True) | Q(looked_at__lte=now - NOTED_EVERY)
        ReminderRule.objects.filter(later).update(looked_at=now)
    return Round(0, is_more=False)


@action
def add_reminder_rule(
    *,
    before: timedelta,
    site: Site | None = None,
    visit_type: VisitType | None = None,
    by: User,
    now: datetime,
) -> ReminderRule:
    """Remind so long before. Raises `Invalid`, `RuleListed`, `NotAllowed`."""
    require(by, PERMISSION)
    rule = ReminderRule(site=site, visit_type=visit_type, before=before)
    return _save(rule)


@action
def change_reminder_rule(
    *, rule: ReminderRule, before: timedelta, is_active: bool, by: User, now: datetime
) -> ReminderRule:
    """Another moment, or on or off. Raises `Invalid`, `RuleListed`, `NotAllowed`.

    Whose moment has passed by then is reminded at once; nobody twice by the same rule.
    """
    require(by, PERMISSION)
    rule.before, rule.is_active, rule.looked_at = before, is_active, None
    return _save(rule)


@action
def remove_reminder_rule(*, rule: ReminderRule, by: User, now: datetime) -> None:
    """Remind nobody by this rule any more. Raises `NotAllowed`."""
    require(by, PERMISSION)
    rule.delete()


def _save(rule: ReminderRule) -> ReminderRule:
    if not SHORTEST <= rule.before <= LONGEST:
        raise Invalid("Remind from 30 minutes to 60 days before a visit.")
    with constraint_errors({"reminder_rule_is_listed_once": RuleListed}):
        rule.save()
    return rule


def _write(due: list[tuple[UUID, int]], by: str, now: datetime) -> None:
    rows = Appointment.objects.select_related("patient", "site", "visit_type")
    visits = rows.in_bulk([pk for pk, _rule in due])
    reach = reach_of(visits.values(), now)
    for pk, rule in due:
        visit = visits[pk]
        about = f"appointment:{pk}"
        name = "scheduling/messages/appointment_reminder"
        queue_message(
            kind=MessageKind.APPOINTMENT_REMINDER,
            to=reach.get(visit.patient_id) or Recipient(name=visit.patient.name),
            text=visit_text(name, visit, link=answer_address(THE_CLINIC, visit)),
            about=about,
            patient_id=visit.patient_id,
            dedupe_key=f"{about}:reminder:{rule}:{visit.start_at:%Y%m%dT%H%MZ}",
            valid_until=visit.start_at,
            by=by,
            now=now,
        )


def reach_of(visits: Iterable[Appointment], now: datetime) -> dict[UUID, Recipient]:
    """How to reach everybody, in few statements: people are asked about once for each clock."""
    by_zone: dict[str, list[Appointment]] = {}
    for visit in visits:
        by_zone.setdefault(visit.site.time_zone, []).append(visit)
    found: dict[UUID, Recipient] = {}
    for there in by_zone.values():
        people = list({visit.patient_id: visit.patient for visit in there}.values())
        found |= recipients(THE_CLINIC, people, zone=there[0].site.zone, now=now)
    return found
