"""Red flags that the desk asks about on the phone, and the portal: how soon, and the words to say.

Neither judges anything: they ask the questions of the catalogue and say what the rules say. What
was answered waits in the inbox of clinicians.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from clinic.shared.ids import new_id
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.alarms import Told, TooManyAnswers, tell_well_being
from treatments.actions.changed_history import history_changed
from treatments.actions.findings import Looked, file_findings
from treatments.domain import rules
from treatments.domain.follow_ups import soonest
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import Stage
from treatments.domain.rules_states import SubjectKind
from treatments.domain.vocabulary import URGENCIES
from treatments.facts.assess import proposal_of
from treatments.facts.known import known
from treatments.facts.people import clinic_zone
from treatments.facts.urgent import EMERGENCY
from treatments.models import CatalogueEntry, Section

ROUTINE = "routine"


@dataclass(frozen=True)
class Triage:
    """How soon somebody is to be seen, a word of the red flags, and what is said to them."""

    urgency: str
    words: tuple[str, ...] = ()


@action
def file_triage(*, patient: Patient, flags: Collection[str], by: User, now: datetime) -> Triage:
    """File what the rules say about red flags that somebody told the desk.

    What was filed before stays: only a clinician takes a red flag back. Raises `Invalid` for what
    is no red flag, `NotAllowed`.
    """
    require(by, "scheduling.book")
    _check_known(flags)
    lock_record(patient)
    found = _found(patient, flags, now)
    _file(patient, found, by, now)
    order = list(URGENCIES)
    pressing = sorted(found, key=lambda one: order.index(one.urgency))
    words = dict.fromkeys(one.desk_message for one in pressing if one.severity != "info")
    return Triage(pressing[0].urgency if pressing else ROUTINE, tuple(words))


@action
def file_own_triage(
    *, patient: Patient, flags: Collection[str], asked: Collection[str], by: User, now: datetime
) -> Triage:
    """The same for somebody who answered by themself: an emergency reaches the clinic at once.

    It is an alarm like any other (`treatments.actions.alarms`): a finding, a row of the desk and a
    message to whoever is on call. What can wait is filed once, at the end, by `settle_own_triage`.
    The caller has let the person in. Raises `Invalid`, `NotAllowed`.
    """
    require(by, "scheduling.book_own")
    rows = _check_known(flags)
    lock_record(patient)
    found = _found(patient, flags, now)
    said = [one.urgency for one in found if one.severity != "info"]
    # A rule that is off swallows no emergency that the flag itself names.
    if EMERGENCY in {*said, *(row.details["urgency"] for row in rows)}:
        _raise_alarm(patient, flags, asked, found, by, now)
        return Triage(EMERGENCY)
    return Triage(soonest(said) or ROUTINE)


@action
def settle_own_triage(*, patient: Patient, flags: Collection[str], by: User, now: datetime) -> None:
    """File what the rules say of the last of somebody's own answers. Raises `NotAllowed`."""
    require(by, "scheduling.book_own")
    if flags:
        _file(patient, _found(patient, flags, now), by, now)


def _raise_alarm(
    patient: Patient,
    flags: Collection[str],
    asked: Collection[str],
    found: tuple[rules.Finding, ...],
    by: User,
    now: datetime,
) -> None:
    told = Told(flags=frozenset(flags), asked=tuple(asked))
    try:
        tell_well_being(patient=patient, told=told, by=None, now=now)
    except TooManyAnswers:
        # Whoever cries wolf for the twentieth time is stopped all the same, and is heard.
        _file(patient, found, by, now)


def _check_known(flags: Collection[str]) -> list[CatalogueEntry]:
    rows = list(CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=flags))
    if len(set(flags)) != len(rows):
        raise Invalid("One of these is no red flag of the catalogue.")
    return rows


def _found(patient: Patient, flags: Collection[str], now: datetime) -> tuple[rules.Finding, ...]:
    told, today = known(), now.astimezone(clinic_zone()).date()
    proposal = proposal_of(told, "", Stage.BOOK)
    facts = Facts(states=frozenset(flags), birth_date=patient.birth_date)
    return tuple(
        one for one in rules.evaluate(facts, proposal, told.rulebook, today) if one.urgency
    )


def _file(patient: Patient, found: tuple[rules.Finding, ...], by: User, now: datetime) -> None:
    today, key = now.astimezone(clinic_zone()).date(), f"{patient.pk}/asked/{new_id(now)}"
    looked = Looked(patient.pk, SubjectKind.PATIENT, key, today, Stage.BOOK, found)
    file_findings([looked], dict(known().rows), is_new=True, by=by, now=now)
    history_changed([patient.pk], now=now)
