"""Alarming answers: who waits for a physician, what they said, and what the questions are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.tokens import TokenSpent, seal, unseal
from patients.models import CareTeamMember, Patient
from patients.queries import access_chart
from treatments.domain.follow_ups import soonest
from treatments.domain.rules_states import MAY_ACKNOWLEDGE
from treatments.models import CatalogueEntry, FollowUp, Section, WellBeing

# What everybody is asked after a needle or a knife, in this order: keys of red flags.
ASKED = (
    "trouble-breathing",
    "chest-or-upper-back-pain",
    "severe-headache",
    "bladder-or-bowel-trouble",
    "saddle-numbness",
    "weakness-both-legs",
    "limb-weakness",
    "fever",
    "wound-trouble",
)
_PURPOSE = "answers"
MOST_ALARMS = 100
_IN_AN_EMERGENCY = "patients.break_glass"


@dataclass(frozen=True)
class Question:
    """A question of the catalogue, in one language."""

    key: str
    words: str
    name: str


@dataclass(frozen=True)
class Alarm:
    """An alarming answer that waits, and what they said yes to."""

    row: WellBeing
    said: list[str]

    @property
    def is_emergency(self) -> bool:
        """Whether it cannot wait at all."""
        return self.row.urgency == "emergency"


def questions(viewer: Viewer, language: str = "en") -> list[Question]:
    """What is asked, in this order; the catalogue's words. Nothing of any person is in it."""
    found = {row.key: row for row in _flags(ASKED)}
    return [_question(found[key], language) for key in ASKED if key in found]


def alarms(viewer: Viewer, *, now: datetime) -> list[Alarm]:
    """What waits about people whose charts the viewer may open, emergencies first.

    Nothing for whoever answers no findings.
    """
    user = as_user(viewer)
    if user is None or not user.has_perm(MAY_ACKNOWLEDGE):
        return []
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = list(_open().filter(patient__in=people.values("pk"))[:MOST_ALARMS])
    record_read(viewer, "alarms", [row.patient_id for row in rows], kind=ReadKind.LIST)
    return _told(rows)


def count_alarms(viewer: Viewer, *, now: datetime) -> int:
    """How many wait for the viewer; one statement, and it names nobody."""
    user = as_user(viewer)
    if user is None or not user.has_perm(MAY_ACKNOWLEDGE):
        return 0
    people = Patient.objects.current().cared_for_by(user, now=now)
    return _open().filter(patient__in=people.values("pk")).count()


def alarms_of_others(viewer: Viewer, *, now: datetime) -> list[WellBeing]:
    """What nobody is on yet, about people of the viewer's places whose charts are closed to them.

    Whoever covers the night has treated none of them. That it waits and whose it is may be told;
    what they said stands in the chart, which opens in an emergency. Nothing for whoever may not
    open one so. People whom no place cares for are everybody's.
    """
    user = as_user(viewer)
    if user is None or not (user.has_perm(MAY_ACKNOWLEDGE) and user.has_perm(_IN_AN_EMERGENCY)):
        return []
    people = Patient.objects.current()
    places = CareTeamMember.objects.filter(patient=OuterRef("pk"), team__isnull=False)
    here = Exists(places.filter(team__members__user=user)) | ~Exists(places)
    others = people.filter(here).exclude(pk__in=people.cared_for_by(user, now=now).values("pk"))
    rows = list(_open().filter(seen_at=None, patient__in=others.values("pk"))[:MOST_ALARMS])
    record_read(viewer, "alarms of others", [row.patient_id for row in rows], kind=ReadKind.LIST)
    return rows


def alarms_of(viewer: Viewer, patient: Patient) -> list[Alarm]:
    """What waits about a person whose chart is open."""
    require(viewer, "patients.view_chart")
    return _told(list(_open().filter(patient=patient)))


def access_alarm(viewer: Viewer, alarm_id: UUID, *, now: datetime) -> WellBeing:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, MAY_ACKNOWLEDGE)
    found = _rows().exclude(urgency="").filter(pk=alarm_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def urgency_of(viewer: Viewer, flags: Collection[str]) -> str:
    """How soon somebody must act on these red flags by the catalogue; the soonest of them."""
    _require_clinic(viewer)
    return soonest([row.details["urgency"] for row in _flags(flags)])


def answer_token(viewer: Viewer, follow_up: FollowUp, *, until: datetime) -> str:
    """What lets somebody answer for one follow-up without signing in, until an instant."""
    _require_clinic(viewer)
    return seal(purpose=_PURPOSE, subject=follow_up.pk.bytes, expires_at=until)


def follow_up_of_token(viewer: Viewer, token: str, *, now: datetime) -> FollowUp:
    """The follow-up a link is for. Raises `NotFound` for a link that is over or not ours."""
    _require_clinic(viewer)
    try:
        said = unseal(purpose=_PURPOSE, token=token, now=now)
    except TokenSpent as spent:
        raise NotFound from spent
    rows = FollowUp.objects.select_related("patient", "procedure", "course")
    found = rows.filter(pk=UUID(bytes=said)).first()
    if found is None:
        raise NotFound
    record_read(viewer, "own answers", [found.patient_id])
    return found


def last_answer(viewer: Viewer, follow_up: FollowUp) -> WellBeing | None:
    """What was answered last by the link of a follow-up, None if nothing was."""
    _require_clinic(viewer)
    rows = WellBeing.objects.filter(follow_up=follow_up, written_by=None)
    return rows.order_by("told_at", "id").last()


def _open() -> QuerySet[WellBeing]:
    soon = Case(
        When(urgency="emergency", then=Value(0)),
        When(urgency="same_day", then=Value(1)),
        default=Value(2),
    )
    rows = _rows().filter(settled_at__isnull=True).exclude(urgency="")
    return rows.order_by(soon, "told_at", "id")


def _rows() -> QuerySet[WellBeing]:
    return WellBeing.objects.select_related(
        "patient", "follow_up__procedure", "written_by", "seen_by"
    )


def _told(rows: list[WellBeing]) -> list[Alarm]:
    if not rows:
        return []
    names = {row.key: row.name for row in _flags({key for row in rows for key in row.flags})}
    return [Alarm(row, [names.get(key, key) for key in row.flags]) for row in rows]


def _flags(keys: Collection[str]) -> QuerySet[CatalogueEntry]:
    return CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=keys)


def _question(row: CatalogueEntry, language: str) -> Question:
    words = row.details.get("question") or row.name
    if language == "es":
        words = row.details.get("question_es") or row.name_es or words
    return Question(row.key, words, row.name)


def _require_clinic(viewer: Viewer) -> None:
    """Only a page that has read a token from its address comes in here."""
    if viewer is not THE_CLINIC:
        raise NotFound
