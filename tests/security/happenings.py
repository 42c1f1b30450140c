"""What has to have happened before a writer can do what it is for."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clinic.accounts.models import ApiToken
from clinic.accounts.roles import Role
from patients.models import PortalAccess
from scheduling.actions.links import share_calendar
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Appointment, Hold, Resource, Site, TimeOff, VisitType, WaitlistEntry
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.world import TODAY
from treatments.actions.consultations import sign_consultation
from treatments.actions.entries import retire_entry
from treatments.models import CatalogueEntry, Consultation


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
    local = visit.start_at.astimezone(visit.site.zone) + timedelta(minutes=30)
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
