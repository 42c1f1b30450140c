"""What somebody tells after a treatment, and what an alarming answer sets off at once.

Everything is written in one transaction with the answer: the finding in the inbox, the row of the
desk and the message to whoever is on call. Nothing waits for a worker.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import Looked, file_findings
from treatments.actions.follow_up_events import note_event, standing_of, withdraw_questions
from treatments.actions.follow_ups import OPEN
from treatments.actions.team_notices import tell_on_call
from treatments.domain import rules
from treatments.domain.follow_ups import soonest
from treatments.domain.plain_follow_ups import may_work
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, MAY_OVERRIDE, FindingState, SubjectKind
from treatments.domain.states import FollowUpStatus
from treatments.domain.told_signs import signs_in
from treatments.facts.assess import proposal_of
from treatments.facts.known import known
from treatments.facts.people import clinic_zone
from treatments.models import (
    CatalogueEntry,
    Finding,
    FollowUp,
    FollowUpEventKind,
    FollowUpKind,
    Section,
    ToldBy,
    WellBeing,
)
from treatments.models.rule import FindingQuerySet

SHORTEST_OUTCOME = 5
LONGEST_WORDS = 1000
# A problem that a clinician or the desk heard, and that is none of the questions.
A_PROBLEM = "same_day"
PLAIN_TITLE = "Call this person back at once"
# The same answers once more within so long are the same press.
SAME_PRESS = timedelta(minutes=10)
MOST_ANSWERS = 20


class TooManyAnswers(Conflict):
    """One link was answered again and again."""

    code = "too_many_answers"
    default_sentence = "Please call us instead."


@dataclass(frozen=True)
class Told:
    """What somebody said: red flags they said yes to, those they were asked, their own words.

    `urgency` is how soon somebody must act, if whoever read the words knows better than the flags.
    """

    flags: frozenset[str]
    words: str = ""
    asked: tuple[str, ...] = ()
    told_by: ToldBy = ToldBy.LINK
    urgency: str = ""


@action
def tell_well_being(
    *,
    patient: Patient,
    told: Told,
    follow_up: FollowUp | None = None,
    by: User | None,
    now: datetime,
) -> WellBeing:
    """Write down how somebody is; an alarming answer reaches the physicians in this transaction.

    The follow-up that asked closes with it; one that has ended already changes nothing, and the
    answer counts all the same. `by` is None for the person themselves, whom a link let in or whose
    phone wrote it: then dangers that their own words name count like those they ticked. Raises
    `Invalid` for what is no red flag, `TooManyAnswers`, `NotAllowed`.
    """
    if by is not None and follow_up is not None:
        _check_may(by, follow_up)
    if by is None:
        # Who says no to every question and then writes of a fever has a fever.
        told = replace(told, flags=told.flags | _known(signs_in(told.words)))
    flags = _asked(told.flags)
    lock_record(patient)
    # What comes in a message was checked where it was written: each of them is told of.
    asked_by_us = by is None and told.told_by is not ToldBy.LETTER
    again = _again(patient, told, follow_up, now) if asked_by_us else None
    if again is not None:
        return again
    words = told.words.strip()[:LONGEST_WORDS]
    said, urgency = _judged(patient, flags, now)
    urgency = soonest([urgency, told.urgency])
    if by is not None and not urgency:
        urgency = A_PROBLEM
    row = WellBeing.objects.create(
        patient=patient,
        follow_up=follow_up,
        told_by=told.told_by,
        asked=list(told.asked),
        flags=sorted(told.flags),
        words=words,
        urgency=urgency,
        desk_words="\n".join(dict.fromkeys(one.desk_message for one in said if one.urgency)),
        told_at=now,
        written_by=by,
    )
    if urgency:
        _raise_alarm(row, said, by, now)
    if follow_up is not None:
        _settle_what_asked(row, follow_up, by, now)
    return row


@action
def see_alarm(*, alarm: WellBeing, by: User, now: datetime) -> WellBeing:
    """Say that one has seen it and is on it; it stays until somebody says what was done.

    Raises `Conflict` if it is settled, `NotAllowed`.
    """
    require(by, MAY_ACKNOWLEDGE)
    current = _current(alarm)
    if current.seen_at is None:
        current.seen_at, current.seen_by = now, by
        current.save(update_fields=["seen_at", "seen_by"])
        _findings(current).filter(state=FindingState.OPEN).update(
            state=FindingState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by
        )
    return current


@action
def settle_alarm(*, alarm: WellBeing, outcome: str, by: User, now: datetime) -> WellBeing:
    """Say what was done: the alarm and what it set off are over.

    Raises `Invalid` if nothing is said, `Conflict` if it is settled, `NotAllowed`.
    """
    require(by, MAY_OVERRIDE)
    if len(outcome.strip()) < SHORTEST_OUTCOME:
        sentence = "Say what was done. It stays on record."
        raise Invalid(sentence, details={"fields": {"outcome": [sentence]}})
    current = see_alarm(alarm=alarm, by=by, now=now)
    current.outcome, current.settled_at, current.settled_by = outcome.strip(), now, by
    current.save(update_fields=["outcome", "settled_at", "settled_by"])
    _findings(current).update(state=FindingState.CLEARED, cleared_at=now)
    rows = FollowUp.objects.filter(occasion=occasion_of(current), status__in=OPEN)
    rows.update(
        status=FollowUpStatus.COMPLETED,
        closed_at=now,
        closed_by=by,
        result="A physician has settled it.",
    )
    history_changed([current.patient_id], now=now)
    return current


def occasion_of(alarm: WellBeing) -> str:
    """What the desk's row of an alarm is written for."""
    return f"alarm:{alarm.pk}"


def subject_of(alarm: WellBeing) -> str:
    """What the findings of an alarm are about."""
    return f"alarm/{alarm.pk}"


def _check_may(by: User, row: FollowUp) -> None:
    if not may_work(by, row.kind, row.owner_role, row.step):
        raise NotAllowed


def _known(signs: frozenset[str]) -> frozenset[str]:
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=signs)
    return frozenset(rows.values_list("pk", flat=True)) if signs else signs


def _asked(flags: Collection[str]) -> list[CatalogueEntry]:
    found = list(CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=flags))
    if len(found) != len(set(flags)):
        raise Invalid("One of these is no question that we ask.")
    return found


def _judged(
    patient: Patient, flags: list[CatalogueEntry], now: datetime
) -> tuple[tuple[rules.Finding, ...], str]:
    """What the rules say, and how soon somebody must act: whichever is sooner, rule or flag."""
    if not flags:
        return (), ""
    told, today = known(), now.astimezone(clinic_zone()).date()
    facts = Facts(states=frozenset(f.pk for f in flags), birth_date=patient.birth_date)
    proposal = proposal_of(told, "", Stage.BOOK)
    # What only informs (an age) says nothing about what was answered now.
    said = tuple(
        one
        for one in rules.evaluate(facts, proposal, told.rulebook, today)
        if one.urgency and one.severity is not Severity.INFO
    )
    return said, soonest([*(one.urgency for one in said), *(f.details["urgency"] for f in flags)])


def _raise_alarm(
    row: WellBeing, said: tuple[rules.Finding, ...], by: User | None, now: datetime
) -> None:
    today = now.astimezone(clinic_zone()).date()
    looked = Looked(row.patient_id, SubjectKind.PATIENT, subject_of(row), today, Stage.BOOK, said)
    if said:
        file_findings([looked], dict(known().rows), is_new=True, by=by, now=now)
        history_changed([row.patient_id], now=now)
    FollowUp.objects.create(
        patient=row.patient,
        kind=FollowUpKind.CALL,
        title=PLAIN_TITLE,
        instructions=row.desk_words or "Get a clinician on the line with them at once.",
        owner_role=Role.FRONT_DESK,
        earliest_at=now,
        due_at=now,
        occasion=occasion_of(row),
        created_at=now,
    )
    tell_on_call(
        about=f"alarm:{row.pk}",
        link=public_address("physician:findings"),
        urgency=row.urgency,
        patient_id=row.patient_id,
        by=by,
        now=now,
    )


def _settle_what_asked(row: WellBeing, asked: FollowUp, by: User | None, now: datetime) -> None:
    """An answer closes what asked for it; words without a sign wait for somebody to read them."""
    current = FollowUp.objects.select_for_update(no_key=True).get(pk=asked.pk)
    if current.status not in OPEN:
        return
    before = standing_of(current)
    withdraw_questions([current.pk], by=by, now=now)
    says = "They said that something is wrong." if row.urgency else "They said that all is well."
    if row.words and not row.urgency:
        says = "They wrote something: please read it."
    current.result = "\n".join(part for part in (current.result, says, row.words) if part)
    if row.words and not row.urgency:
        current.status = FollowUpStatus.IN_PROGRESS
    else:
        current.status, current.closed_at, current.closed_by = FollowUpStatus.COMPLETED, now, by
    current.save(update_fields=["status", "result", "closed_at", "closed_by"])
    kind = FollowUpEventKind.PROBLEM if row.urgency else FollowUpEventKind.ANSWERED
    note_event(current, kind, before=before, note=says, by=by, now=now)


def _again(
    patient: Patient, told: Told, follow_up: FollowUp | None, now: datetime
) -> WellBeing | None:
    """The row of the same press; raises `TooManyAnswers` if a link is answered without end."""
    rows = WellBeing.objects.filter(patient=patient, follow_up=follow_up, written_by=None)
    last = rows.order_by("-told_at", "-id").first()
    said = (sorted(told.flags), told.words.strip())
    if last is not None and now - last.told_at <= SAME_PRESS and said == (last.flags, last.words):
        return last
    if rows.count() >= MOST_ANSWERS:
        raise TooManyAnswers
    return None


def _current(alarm: WellBeing) -> WellBeing:
    lock_record(alarm.patient)
    current: WellBeing = WellBeing.objects.select_for_update(no_key=True).get(pk=alarm.pk)
    if current.settled_at is not None or not current.urgency:
        raise Conflict("This was settled already.")
    return current


def _findings(alarm: WellBeing) -> FindingQuerySet:
    return Finding.objects.live().about(SubjectKind.PATIENT, subject_of(alarm))
