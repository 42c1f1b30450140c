"""What has to have happened before a writer can do what it is for."""

from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clinic.accounts.models import ApiToken
from clinic.accounts.roles import Role
from clinic.messaging.actions.operating import pause_kind
from clinic.messaging.models import Message, Suppression
from patients.domain.secrets import code_digest
from patients.models import AddressProof, PortalAccess
from scheduling.actions.links import share_calendar
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Appointment, Hold, Resource, Site, TimeOff, VisitType, WaitlistEntry
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.follow_up_slots import follow_up_times
from tests import builders
from tests.outcome_builders import block
from tests.record_builders import make_follow_up
from tests.security.world import TODAY
from treatments.actions.consultations import sign_consultation
from treatments.actions.entries import retire_entry
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.models import CatalogueEntry, Consultation, FollowUp


def slot_of(world):
    clerk = world.staff[Role.FRONT_DESK]
    now = timezone.now()
    search = SlotSearch(world.kind, [world.own.site], now, now + timedelta(days=3))
    found = free_slots(clerk, search, now=now)
    # Neither at their visit, which is early, nor at what is held for them, which is late.
    return found[len(found) // 2]


def cell_of(world):
    slot = slot_of(world)
    return f"{slot.clinician_id}/{slot.start_at.isoformat()}"


def view_of(world):
    column = world.own.site.resources.first().pk
    return {"name": "Afternoons", "function_key": "3", "is_shared": "on", f"place-{column}": "1"}


def squeezed(world):
    """The hour of a visit that is there already."""
    local = world.own.appointment.start_at.astimezone(world.own.site.zone)
    return {
        "day": local.date().isoformat(),
        "clock": f"{local:%H:%M}",
        "clinician": "",
        "overbooking_reason": "Sent by the emergency room",
    }


def exchange(world):
    """The visit's room, and another one that is just like it."""
    room = world.own.appointment.reservations.filter(resource__kind="room").first().resource
    return {"old": room.pk, "new": world.spare_room.pk}


def today_is_the_day(world):
    """The own visit is later today, whatever the hour; nobody has been told of anything."""
    visit, zone = world.own.appointment, world.own.site.zone
    midnight = timezone.now().astimezone(zone).replace(hour=23, minute=50)
    type(visit).objects.filter(pk=visit.pk).update(
        start_at=midnight, end_at=midnight + timedelta(minutes=30)
    )
    return {}


def pain_day(world):
    """What somebody says about today."""
    today = timezone.now().astimezone(world.own.site.zone).date()
    said = {"nrs": "4", "took": ["on_skin"], "activity": "usual", "note": "Better"}
    return said | {"day": today.isoformat(), "seen": ""}


def fresh_block(world):
    """A diagnostic block of an hour ago, whose diary is open; its id."""
    doctor, at = world.staff[Role.PHYSICIAN], timezone.now() - timedelta(hours=1)
    return block(world.own.patient, doctor, at=at).pk


def calendar_of(world):
    therapist = world.staff[Role.THERAPIST]
    return share_calendar(resource=therapist.resource, by=therapist, now=timezone.now()).link.pk


def own_calendar(world):
    """The physician who asks is the clinician whose leave is at hand."""
    time_off = TimeOff.objects.get(pk=world.own.ids["time_off_id"])
    time_off.resource.user = world.staff[Role.PHYSICIAN]
    time_off.resource.save()
    return {"time_off_id": time_off.pk}


def in_new_york(world):
    world.own.site.holiday_calendar = "US-NY"
    world.own.site.save()
    return {}


def retired(world):
    Resource.objects.filter(pk=world.own.ids["resource_id"]).update(is_active=False)
    return {}


def deserted(world):
    site = world.own.site
    Appointment.objects.filter(site=site).update(status="cancelled")
    Hold.objects.filter(site=site).update(expires_at=timezone.now())
    WaitlistEntry.objects.filter(site=site).update(status="withdrawn", ended_at=timezone.now())
    return {}


def closed_down(world):
    Site.objects.filter(pk=world.own.site.pk).update(is_active=False)
    return {}


def with_hours(world):
    room = Resource.objects.get(pk=world.own.ids["resource_id"])
    builders.open_daily(world.own.site, room, builders.ALL_DAY)
    return {}


def retired_entry(world):
    """An entry of the catalogue to bring back."""
    entry = CatalogueEntry.objects.get(pk=world.own.ids["key"])
    manager = world.staff[Role.MANAGER]
    return {"key": retire_entry(entry=entry, by=manager, now=timezone.now()).key}


def withdrawn(world):
    VisitType.objects.filter(code=world.own.ids["code"]).update(is_active=False)
    return {}


def scan():
    return SimpleUploadedFile("../../etc/passwd.html", b"%PDF-1.7 scanned", "text/html")


def course_form(world):
    return {
        "patient": str(world.spare.pk),
        "series": "",
        "course": "",
        "site": world.own.site.pk,
        "visit_type": world.kind.code,
        "count": 1,
        "per_week": 1,
        "first_day": TODAY.isoformat(),
        "clinician": "",
        "weekdays": [],
        "part": "any",
        "days_apart": 1,
        "visit": [slot_of(world).key],
        "do": "book",
    }


def later_in_the_day(world):
    visit = Appointment.objects.get(pk=world.own.ids["visit_id"])
    local = visit.start_at.astimezone(visit.site.zone)
    # A visit ends on its day: late in the evening it moves the other way.
    local += timedelta(minutes=-60 if local.hour == 23 else 30)
    return {
        "scope": "one",
        "day": local.date().isoformat(),
        "clock": f"{local:%H:%M}",
        "clinician": "",
    }


def later_course(world):
    """One visit of the course, half an hour later."""
    moved = later_in_the_day(world)
    visit = str(world.own.ids["visit_id"])
    return {"appointment": visit, "scope": "one", "clock": moved["clock"]}


def waiting(world):
    """Somebody else who waits, and has no offer yet."""
    known = WaitlistEntry.objects.filter(patient=world.spare).first()
    if known is not None:
        return known
    wish = Wish(earliest_date=TODAY, latest_date=TODAY + timedelta(days=9), notice_minutes=0)
    return add_to_waitlist(
        patient=world.spare,
        visit_type=world.kind,
        site=world.own.site,
        wish=wish,
        by=world.staff[Role.FRONT_DESK],
        now=timezone.now(),
    )


def grown_up(patient):
    patient.birth_date = TODAY - timedelta(days=19 * 366)
    patient.save()
    return PortalAccess.objects.get(patient=patient, relationship="parent")


def carer_of(patient):
    user = builders.make_user(Role.PATIENT)
    return PortalAccess.objects.create(user=user, patient=patient, relationship="carer")


def code_for(patient):
    """The code that was sent to the address that somebody says is theirs."""
    proof = AddressProof.objects.get(patient=patient)
    digest = code_digest("123456", address=proof.address, key=settings.SECRET_KEY)
    AddressProof.objects.filter(pk=proof.pk).update(digest=digest)
    return "123456"


def disabled(user):
    user.is_active = False
    user.save()
    return user


def key_of(user):
    token, _key = ApiToken.objects.create(
        user, expiry=timedelta(days=1), name="Old", scopes=["scheduling.book"]
    )
    return token.token_key


def signed_consultation(world):
    """The own draft, signed."""
    draft = Consultation.objects.get(pk=world.own.ids["consultation_id"])
    physician = world.staff[Role.PHYSICIAN]
    if draft.is_draft:
        sign_consultation(consultation=draft, by=physician, now=timezone.now())
    return {"consultation_id": draft.pk}


def bounced_address(patient):
    address = patient.contacts.get(system="email").value.lower()
    since = timezone.now() - timedelta(minutes=1)
    return Suppression.objects.create(
        channel="email", address=address, reason="bounce", since_at=since
    )


def parked(patient):
    message = Message.objects.filter(patient_id=patient.pk).earliest("id")
    message.status, message.last_error, message.sent_at = "parked", "Refused", None
    message.save()
    return message


def paused(world):
    """A kind of message that waits."""
    pause_kind(
        kind="check_in_link",
        reason="Wrong text",
        by=world.staff[Role.MANAGER],
        now=timezone.now(),
    )
    return {}


def pressed(world, role):
    """A follow-up that somebody of this role has just closed; its id."""
    now = timezone.now()
    row = make_follow_up(world.own.patient, due_at=now, step="safety-call")
    result = FollowUpResult.WELL
    close_follow_up(follow_up=row, result=result, by=world.user(role), now=now)
    return {"follow_up_id": row.pk}


def follow_up_slot(world):
    """A time that is offered for the follow-up visit."""
    now = timezone.now()
    row = FollowUp.objects.get(pk=world.own.ids["follow_up_id"])
    return follow_up_times(world.user(Role.FRONT_DESK), row, now=now).times[0].slot.key
