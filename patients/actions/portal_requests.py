"""Somebody asks for the portal by themself: kept, answered by what is on file, or by the desk."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.models import Channel
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.prepared import first_row
from patients.actions.invitations import Guest, Invited, invite
from patients.actions.register import Registration, register_patient
from patients.domain.age import ADULT_AT, birthday
from patients.domain.phone import phone_digits
from patients.models import Patient, PortalInvitation, PortalRequest
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from patients.models.portal_request import RequestedFor, RequestState
from patients.queries.portal_requests import known_as_asked
from patients.queries.reach import recipient

# Somebody who keeps asking about a person must not fill that person's mailbox.
ONE_ANSWER_IN = timedelta(days=1)
# Two taps, or back and once more.
SAME_PRESS = timedelta(minutes=5)


class RequestDecided(Conflict):
    """Somebody else at the desk was faster."""

    code = "request_decided"
    default_sentence = "Somebody has answered this already."


@dataclass(frozen=True)
class Asked:
    """What was typed. See `PortalRequest`."""

    given_names: str
    family_name: str
    birth_date: date
    email: str
    phone: str
    language: str
    asked_for: str
    asked_by: str


@action
def ask_for_portal(*, asked: Asked, by: None, now: datetime) -> None:
    """Keep what a stranger typed. Whether we know them is found out later, by nobody's clock.

    The very same once more within minutes is the same press. Raises `Invalid` for an impossible
    birth date.
    """
    if asked.birth_date > now.date():
        raise Invalid(N_("The birth date lies in the future."))
    first_row("SELECT pg_advisory_xact_lock(hashtextextended(%(said)s, 0))", {"said": repr(asked)})
    same = PortalRequest.objects.filter(**vars(asked), created_at__gt=now - SAME_PRESS)
    if same.exists():
        return
    PortalRequest.objects.create(**vars(asked), created_at=now)


@action
def answer_request(*, request_id: int, by: object, now: datetime) -> None:
    """Invite the person by what is on file, if exactly one is meant; else it waits for the desk.

    Only somebody who asks for themself and is of age is answered so: who acts for somebody else is
    looked at by a human.
    """
    found = PortalRequest.objects.select_for_update(skip_locked=True)
    request = found.filter(pk=request_id, state=RequestState.NEW).first()
    if request is None:
        return
    patient = _meant(request, now)
    guest = _on_file(patient, request, now) if patient else None
    if patient is None or guest is None:
        request.state = RequestState.OPEN
        request.save(update_fields=["state"])
        return
    invited = invite(patient, guest, None, now)
    _decide(request, RequestState.INVITED, None, now, patient=patient, to=invited.invitation)


@action
def match_request(
    *, request: PortalRequest, patient: Patient, guest: Guest, by: User, now: datetime
) -> Invited:
    """The desk knows who it is: the invitation goes where the desk says.

    Raises `RequestDecided`, `Invalid`, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    held = _open(request)
    invited = invite(patient, guest, by, now)
    _decide(held, RequestState.INVITED, by, now, patient=patient, to=invited.invitation)
    return invited


@action
def register_request(
    *, request: PortalRequest, is_another_person: bool, by: User, now: datetime
) -> Patient:
    """A new person: registered with what they typed, which the desk has checked with them.

    Raises `RequestDecided`, `LikelyDuplicate`, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    held = _open(request)
    registration = Registration(
        given_names=held.given_names,
        family_name=held.family_name,
        birth_date=held.birth_date,
        language=held.language,
        phone=held.phone,
        email=held.email,
    )
    patient = register_patient(
        registration=registration, is_another_person=is_another_person, by=by, now=now
    )
    invited = invite(patient, guest_of(held), by, now)
    _decide(held, RequestState.INVITED, by, now, patient=patient, to=invited.invitation)
    return patient


@action
def decline_request(*, request: PortalRequest, reason: str, by: User, now: datetime) -> None:
    """Not now. Nobody is told by message: the address was never proven.

    Raises `RequestDecided`, `Invalid` without a reason, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    if not reason.strip():
        raise Invalid("Say why.")
    _decide(_open(request), RequestState.DECLINED, by, now, reason=reason.strip())


def guest_of(request: PortalRequest) -> Guest:
    """Whom a request would invite, by the address that was typed, or else by the number."""
    wanted = {
        RequestedFor.SELF: Relationship.SELF,
        RequestedFor.CHILD: Relationship.PARENT,
        RequestedFor.CARE: Relationship.CARER,
    }
    return Guest(
        name=request.asked_by or request.name,
        relationship=wanted[RequestedFor(request.asked_for)],
        way=InvitationWay.EMAIL if request.email else InvitationWay.SMS,
        address=request.email or f"+{phone_digits(request.phone)}",
        language=request.language,
    )


def _meant(request: PortalRequest, now: datetime) -> Patient | None:
    if request.asked_for != RequestedFor.SELF:
        return None
    people = known_as_asked(THE_CLINIC, request)
    if len(people) != 1 or birthday(people[0].birth_date, ADULT_AT) > now.date():
        return None
    lately = PortalInvitation.objects.filter(
        patient=people[0], invited_by__isnull=True, created_at__gt=now - ONE_ANSWER_IN
    )
    return None if lately.exists() else people[0]


def _on_file(patient: Patient, request: PortalRequest, now: datetime) -> Guest | None:
    """By the address that the clinic writes to anyway; None if there is none."""
    to = recipient(THE_CLINIC, patient, zone=ZoneInfo(settings.TIME_ZONE), now=now)
    if to.channel is None:
        return None
    ways = [(InvitationWay.EMAIL, Channel.EMAIL), (InvitationWay.SMS, Channel.SMS)]
    stopped = to.stopped or frozenset()
    open_ways = [
        (way, to.address(channel))
        for way, channel in sorted(ways, key=lambda pair: pair[1] != to.channel)
        if to.address(channel) and channel not in stopped
        if channel == Channel.EMAIL or settings.SMS is not None
    ]
    if not open_ways:
        return None
    way, address = open_ways[0]
    return Guest(
        name=patient.name,
        relationship=Relationship.SELF,
        way=way,
        address=address,
        language=request.language,
    )


def _open(request: PortalRequest) -> PortalRequest:
    held = PortalRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if held.state not in {RequestState.NEW, RequestState.OPEN}:
        raise RequestDecided
    return held


def _decide(
    request: PortalRequest,
    state: RequestState,
    by: User | None,
    now: datetime,
    *,
    patient: Patient | None = None,
    to: PortalInvitation | None = None,
    reason: str = "",
) -> None:
    request.state, request.decided_at, request.decided_by = state, now, by
    request.patient, request.invitation, request.reason = patient, to, reason
    request.save()
