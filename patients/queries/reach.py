"""How a person is reached: the one door to their addresses, their wishes and their quiet hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Channel, Message, Suppression
from clinic.messaging.quiet import QuietHours
from clinic.messaging.recipients import NO_CHANNEL, Recipient, is_reachable
from clinic.shared.errors import NotFound
from clinic.shared.prepared import all_rows
from patients.domain.phone import is_dialled
from patients.models import AddressProof, CommunicationPreference, Patient
from patients.models.communication import QUIET_FROM, QUIET_UNTIL, PreferredChannel
from patients.models.portal import Relationship
from patients.queries.people import knows_everybody, visible_to

DIED = "This person has died."
LATEST_MESSAGES = 6
# For so long the desk is shown what people changed in the portal.
SHOWN_FOR = timedelta(days=90)

_ADDRESSES = """
    SELECT p.id, p.given_names || ' ' || p.family_name, p.language, p.deceased_date IS NOT NULL,
           w.channel, w.quiet_from, w.quiet_until, w.reminders,
           (SELECT k.decision = 'deny' AND (k.until_date IS NULL OR k.until_date > %(today)s::date)
            FROM patients_consent k WHERE k.patient_id = p.id AND k.kind = 'messages'
            ORDER BY k.id DESC LIMIT 1),
           c.system, c.use, c.value, c.digits, s.id IS NOT NULL
    FROM patients_patient p
    LEFT JOIN patients_communicationpreference w ON w.patient_id = p.id
    LEFT JOIN patients_contactpoint c ON c.patient_id = p.id
    LEFT JOIN messaging_suppression s ON s.lifted_at IS NULL
         AND s.channel = CASE c.system WHEN 'email' THEN 'email' ELSE 'sms' END
         AND s.address = CASE c.system WHEN 'email' THEN lower(c.value) ELSE '+' || c.digits END
    WHERE p.id = ANY(%(ids)s) AND p.replaced_by_id IS NULL
    ORDER BY p.id, c.rank, c.id
"""


class _Row(NamedTuple):
    patient_id: UUID
    name: str
    language: str
    has_died: bool
    channel: str | None
    quiet_from: time | None
    quiet_until: time | None
    reminders: bool | None
    declined: bool | None
    system: str | None
    use: str | None
    value: str | None
    digits: str | None
    is_stopped: bool


@dataclass(frozen=True)
class ReachCard:
    """How somebody is reached, for whoever asks them: wishes, stops, and what was sent lately.

    `preference` is None if they said nothing; then `quiet` are the usual hours.
    """

    to: Recipient
    preference: CommunicationPreference | None
    stops: list[Suppression]
    messages: list[Message]

    @property
    def is_reachable(self) -> bool:
        """Whether any message gets to them."""
        return is_reachable(self.to)


@dataclass(frozen=True)
class _Address:
    value: str = ""
    is_stopped: bool = False


def recipient(viewer: Viewer, patient: Patient, *, zone: ZoneInfo, now: datetime) -> Recipient:
    """How this person is reached, with quiet hours on the clock of `zone`. Raises `NotFound`."""
    found = recipients(viewer, [patient], zone=zone, now=now)
    if patient.pk not in found:
        raise NotFound
    return found[patient.pk]


def recipients(
    viewer: Viewer, patients: Iterable[Patient], *, zone: ZoneInfo, now: datetime
) -> dict[UUID, Recipient]:
    """The same for many people, in one statement; those whom the viewer may not know are left out.

    So are records that were joined into others. Raises `NotAllowed` for a stranger.
    """
    ids = [patient.pk for patient in patients]
    if not knows_everybody(viewer):
        ids = list(visible_to(viewer, now).filter(pk__in=ids).values_list("pk", flat=True))
    rows = [_Row(*row) for row in all_rows(_ADDRESSES, {"ids": ids, "today": now.date()})]
    found = {
        patient_id: _recipient(list(theirs), zone)
        for patient_id, theirs in groupby(rows, key=attrgetter("patient_id"))
    }
    kind = ReadKind.VIEW if len(found) == 1 else ReadKind.LIST
    record_read(viewer, "contact details", found, kind=kind)
    return found


def reach_card(viewer: Viewer, patient: Patient, *, zone: ZoneInfo, now: datetime) -> ReachCard:
    """For a patient from a door. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.view_contact")
    to = recipient(viewer, patient, zone=zone, now=now)
    preference = CommunicationPreference.objects.filter(patient=patient).first()
    ids = Patient.objects.ids_of(patient.pk)
    sent = Message.objects.filter(patient_id__in=ids).newest_first().defer("body")
    stops = list(_stops(patient).order_by("-since_at"))
    return ReachCard(to, preference, stops, list(sent[:LATEST_MESSAGES]))


@dataclass(frozen=True)
class OwnReach:
    """How somebody is reached, as they see it themself.

    `may_change`: whether it is for the viewer to say.
    """

    to: Recipient
    preference: CommunicationPreference | None
    may_change: bool


def own_reach(viewer: Viewer, patient: Patient, *, zone: ZoneInfo, now: datetime) -> OwnReach:
    """For a patient from `own_record`. Raises `NotAllowed`."""
    require(viewer, "patients.view_own")
    to = recipient(viewer, patient, zone=zone, now=now)
    preference = CommunicationPreference.objects.filter(patient=patient).first()
    is_carer = patient.seen_as is None or patient.seen_as.relationship == Relationship.CARER
    return OwnReach(to, preference, may_change=not is_carer)


def access_own_proof(viewer: Viewer, patient: Patient) -> AddressProof:
    """The code that the viewer was sent last for this person. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "patients.manage_own")
    proof = AddressProof.objects.filter(patient=patient, user=user).order_by("-id").first()
    if proof is None:
        raise NotFound
    return proof


def proven_lately(viewer: Viewer, patient: Patient, *, now: datetime) -> list[AddressProof]:
    """Addresses that were changed in the portal in the last months, for the desk, newest first."""
    require(viewer, "patients.view_contact")
    rows = AddressProof.objects.filter(patient=patient, proven_at__gt=now - SHOWN_FOR)
    return list(rows.select_related("user").order_by("-proven_at"))


def access_stop(viewer: Viewer, patient: Patient, stop_id: int) -> Suppression:
    """One that is in force for an address of this person. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    stop = _stops(patient).filter(pk=stop_id).first()
    if stop is None:
        raise NotFound
    return stop


def _stops(patient: Patient) -> QuerySet[Suppression]:
    contacts = patient.contacts.all()
    mails = {c.value.lower() for c in contacts if c.system == "email"}
    phones = {f"+{c.digits}" for c in contacts if c.system == "phone"}
    theirs = Q(channel=Channel.EMAIL, address__in=mails) | Q(
        channel=Channel.SMS, address__in=phones
    )
    return Suppression.objects.filter(theirs, lifted_at__isnull=True)


def _recipient(rows: list[_Row], zone: ZoneInfo) -> Recipient:
    person = rows[0]
    email = _first(_Address(row.value or "", row.is_stopped) for row in _of(rows, "email"))
    phone = _phone(rows)
    addresses = {Channel.EMAIL: email, Channel.SMS: phone}
    return Recipient(
        name=person.name,
        email=email.value,
        phone=phone.value,
        language=person.language,
        channel=_channel(person, email),
        quiet=QuietHours(person.quiet_from or QUIET_FROM, person.quiet_until or QUIET_UNTIL, zone),
        reminders=person.reminders is not False,
        stopped={channel for channel, address in addresses.items() if address.is_stopped},
        why_none=DIED if person.has_died else NO_CHANNEL,
    )


def _channel(person: _Row, email: _Address) -> Channel | None:
    """What they said; without a word of theirs, e-mail if they have it, else text messages."""
    if person.has_died or person.declined or person.channel == PreferredChannel.NONE:
        return None
    if person.channel:
        return Channel(person.channel)
    return Channel.EMAIL if email.value else Channel.SMS


def _phone(rows: list[_Row]) -> _Address:
    """A mobile; any number only if they said that they want text messages."""
    phones = [row for row in _of(rows, "phone") if is_dialled(row.digits or "")]
    wanted = [row for row in phones if row.use == "mobile"]
    if not wanted and rows[0].channel == PreferredChannel.SMS:
        wanted = phones
    return _first(_Address(f"+{row.digits}", row.is_stopped) for row in wanted)


def _of(rows: list[_Row], system: str) -> list[_Row]:
    return [row for row in rows if row.system == system]


def _first(addresses: Iterable[_Address]) -> _Address:
    """The first that may be used, else the first."""
    return min(addresses, key=attrgetter("is_stopped"), default=_Address())
