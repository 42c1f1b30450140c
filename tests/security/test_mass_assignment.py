"""Every writer is sent every field name there is, and may change only what it always changes."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.utils import timezone

from clinic.accounts.models import ApiToken
from clinic.accounts.roles import Role
from patients.models import CareTeamMember, PortalAccess
from scheduling.actions.links import share_calendar
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import Appointment, Resource, TimeOff, VisitType, WaitlistEntry
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.world import NOBODY, TODAY, address_of, build_world, client_of
from treatments.actions.entries import retire_entry
from treatments.models import CatalogueEntry

pytestmark = pytest.mark.django_db

WRITERS = [
    (method, route)
    for route in ROUTES
    for method in ("post", "patch")
    if route.name in POLICY and getattr(POLICY[route.name], method)
]
OURS = {"patients", "treatments", "scheduling", "messaging", "accounts", "account", "mfa"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
# Differs from one run to the next without meaning anything.
NOISE = (models.DateTimeField, models.UUIDField, models.AutoField, models.BigAutoField)


@pytest.fixture
def world():
    world = build_world()
    # Made once, so that both requests of a comparison are about the same people.
    world.spare = builders.make_patient()
    world.newcomer = builders.make_user(Role.PHYSICIAN)
    world.leaver = builders.make_user(Role.NURSE)
    # Somebody and somewhere free right now.
    world.spare_clinician = builders.make_clinician(world.own.site)
    world.spare_room = builders.make_resource(world.own.site)
    return world


def slot_of(world):
    clerk = world.staff[Role.FRONT_DESK]
    now = timezone.now()
    search = SlotSearch(world.kind, [world.own.site], now, now + timedelta(days=3))
    return free_slots(clerk, search, now=now)[-1]


def cell_of(world):
    slot = slot_of(world)
    return f"{slot.clinician_id}/{slot.start_at.isoformat()}"


def view_of(world):
    column = world.own.site.resources.first().pk
    return {"name": "Afternoons", "function_key": "3", "is_shared": "on", f"place-{column}": "1"}


def valid(name, world, method="post"):
    """Who sends what, so that the writer does what it is for: (role, form, ids of their own)."""
    return (posted if method == "post" else patched)(name, world)


def patched(name, world):
    """The same for changes of a part."""
    manager, day = Role.MANAGER, (TODAY + timedelta(days=310)).isoformat()
    table = {
        "api:site": {"phone": "+1 212-555-0199"},
        "api:resource": {"name": "C-arm 7"},
        "api:capability": {"name": "Ultrasound"},
        "api:time-off": {"first_date": day, "last_date": day},
        "api:holiday": {"is_observed": False},
        "api:visit-type": {"duration_minutes": 50},
        "api:catalogue-entry": {"plain": "It may happen."},
        "api:appointment": {"reason": "Neck pain"},
        "api:waitlist-entry": {"note": "Has a car"},
        "api:series": later_course(world),
    }
    at_the_desk = name in {"api:appointment", "api:waitlist-entry", "api:series"}
    return Role.FRONT_DESK if at_the_desk else manager, table[name], {}


def posted(name, world):
    """The same for what is sent as a whole."""
    desk, manager, physician = Role.FRONT_DESK, Role.MANAGER, Role.PHYSICIAN
    therapist = Role.THERAPIST
    patient, another = world.own.patient, world.spare
    consent = {
        "consent-kind": "messages",
        "consent-decision": "permit",
        "consent-method": "paper",
        "consent-given_by": "Ana",
        "consent-decided_date": TODAY.isoformat(),
    }
    portal = {
        "portal-name": "Carla Carer",
        "portal-email": "carla@example.org",
        "portal-relationship": "carer",
    }
    person = {
        "given_names": "Ida",
        "family_name": "Newcomer",
        "birth_date": "1962-03-14",
        "gender": "female",
        "language": "en",
        "payer_class": "unknown",
        "payer": "Harbor",
        "plan": "PPO",
        "member_id": "H-1",
        "phone": "+1 212-555-0100",
        "email": "ida@example.org",
    }
    booking = {
        "patient": str(another.pk),
        "visit_type": world.kind.code,
        "site": world.own.site.pk,
        "reason": "Back pain",
    }
    next_week = (TODAY + timedelta(days=7)).isoformat()
    block = {"day": next_week, "begins": "12:00", "ends": "13:00", "note": "Staff meeting"}
    wish = {
        "visit_type": world.kind.code,
        "site": world.own.site.pk,
        "earliest_date": TODAY.isoformat(),
        "latest_date": (TODAY + timedelta(days=30)).isoformat(),
        "priority": "2",
        "notice_minutes": "30",
        "note": "Lives next door",
        **dict.fromkeys(("clinician", "from_time", "until_time", "appointment"), ""),
        "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
    }
    token = {"name": "Phone", "days": "30", "scopes": ["scheduling.book"]}
    day = (TODAY + timedelta(days=320)).isoformat()
    site_id = world.own.site.pk
    week = {"from_date": day, "until_date": "", "day_1": "8 AM-12 PM"}
    leave = {"first_date": day, "last_date": day, "reason": "Conference"}
    all_day = {"from_time": "", "until_time": ""}
    closed = {"name": "Our day", "is_observed": "on", "opens": "", "closes": ""}
    kind_form = {
        "name": "Acupuncture",
        "public_name": "Visit",
        "duration_minutes": "30",
        "alignment_minutes": "10",
        "capacity": "1",
        "notice_minutes": "0",
        "horizon_days": "180",
        "rank": "100",
    }
    for need, count in (("clinician", 1), ("room", 0), ("equipment", 0)):
        before = {f"{need}-buffer_before_minutes": 0, f"{need}-buffer_after_minutes": 0}
        kind_form |= {f"{need}-count": count} | before
    new_site = {
        "name": "Hillside",
        "time_zone": "America/Chicago",
        "phone": "",
        "address": "",
        "holiday_calendar": "",
    }
    risk = {"name": "Hiccups", "kind": "early", "plain": "Hiccups for a day."}
    table = {
        "desk:keep": lambda: (desk, {"reason": "Comes in for her"}, {}),
        "physician:hours": lambda: (physician, week, own_calendar(world)),
        "physician:leave": lambda: (physician, leave | all_day, own_calendar(world)),
        "physician:remove-leave": lambda: (physician, {}, own_calendar(world)),
        "manager:new-site": lambda: (manager, new_site, {}),
        "manager:site": lambda: (manager, new_site | {"time_zone": "America/New_York"}, {}),
        "manager:site-hours": lambda: (manager, week, {}),
        "manager:site-leave": lambda: (manager, leave | all_day, {}),
        "manager:holidays": lambda: (manager, closed | {"local_date": day}, {}),
        "manager:load-holidays": lambda: (manager, {"year": TODAY.year + 1}, in_new_york(world)),
        "manager:holiday": lambda: (manager, closed, {}),
        "manager:remove-holiday": lambda: (manager, {}, {}),
        "manager:new-resource": lambda: (
            manager,
            {"kind": "room", "name": "Exam 9", "user": ""},
            {},
        ),
        "manager:resource": lambda: (manager, {"name": "C-arm 9"}, {}),
        "manager:retire-resource": lambda: (manager, {}, {}),
        "manager:restore-resource": lambda: (manager, {}, retired(world)),
        "manager:resource-hours": lambda: (manager, week, {}),
        "manager:resource-leave": lambda: (manager, leave | all_day, {}),
        "manager:follow-site": lambda: (manager, {}, with_hours(world)),
        "manager:remove-leave": lambda: (manager, {}, {}),
        "manager:capabilities": lambda: (manager, {"name": "Ultrasound"}, {}),
        "manager:capability": lambda: (manager, {"name": "Ultrasound"}, {}),
        "manager:remove-capability": lambda: (manager, {}, {}),
        "manager:new-visit-type": lambda: (manager, kind_form, {}),
        "manager:visit-type": lambda: (manager, kind_form, {}),
        "manager:retire-visit-type": lambda: (manager, {}, {}),
        "manager:restore-visit-type": lambda: (manager, {}, withdrawn(world)),
        "manager:new-catalogue-entry": lambda: (manager, risk, {}),
        "manager:catalogue-entry": lambda: (manager, risk | {"version": "1"}, {}),
        "manager:retire-catalogue-entry": lambda: (manager, {}, {}),
        "manager:restore-catalogue-entry": lambda: (manager, {}, retired_entry(world)),
        "api:catalogue-entries": lambda: (manager, risk | {"section": "risk"}, {}),
        "api:sites": lambda: (manager, new_site, {}),
        "api:resources": lambda: (
            manager,
            {"site": site_id, "kind": "room", "name": "Exam 9"},
            {},
        ),
        "api:capabilities": lambda: (manager, {"name": "Ultrasound"}, {}),
        "api:working-hours": lambda: (
            manager,
            {
                "site": site_id,
                "from_date": day,
                "week": [{"weekday": 1, "opens": "08:00", "closes": "12:00"}],
            },
            {},
        ),
        "api:time-offs": lambda: (manager, leave | {"site": site_id}, {}),
        "api:holidays": lambda: (
            manager,
            {"site": site_id, "local_date": day, "name": "Our day"},
            {},
        ),
        "api:keep": lambda: (desk, {"reason": "Comes in for her"}, {}),
        "api:visit-types": lambda: (
            manager,
            {
                "name": "Acupuncture",
                "public_name": "Visit",
                "duration_minutes": 30,
                "needs": [{"kind": "clinician"}],
            },
            {},
        ),
        "desk:book": lambda: (desk, booking | {"slot": slot_of(world).key, "hold": ""}, {}),
        "desk:move": lambda: (
            desk,
            {"site": world.own.site.pk, "visit_type": world.kind.code, "slot": slot_of(world).key},
            {},
        ),
        "desk:step": lambda: (desk, {"step": "arrive"}, {}),
        "desk:here-now": lambda: (desk, booking | {"clinician": world.spare_clinician.pk}, {}),
        "desk:anyway": lambda: (desk, booking | squeezed(world), {}),
        "desk:hold-book": lambda: (desk, {}, {}),
        "desk:hold-let-go": lambda: (desk, {}, {}),
        "desk:cancel": lambda: (desk, {"cancellation_reason": "patient", "note": "Flu"}, {}),
        "desk:room": lambda: (desk, exchange(world), {}),
        "api:walk-ins": lambda: (desk, booking, {}),
        "api:overbookings": lambda: (
            desk,
            booking
            | {
                "start_at": world.own.appointment.start_at.isoformat(),
                "overbooking_reason": "Sent by the emergency room",
            },
            {},
        ),
        "api:holds": lambda: (
            desk,
            {k: v for k, v in booking.items() if k != "reason"}
            | {"start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:hold-book": lambda: (desk, {"reason": "Back pain"}, {}),
        "api:appointment-assign": lambda: (desk, exchange(world), {}),
        "desk:queue-step": lambda: (desk, {"step": "arrive"}, {}),
        "desk:check-in-link": lambda: (desk, {}, today_is_the_day(world)),
        "desk:display": lambda: (desk, {}, {}),
        "desk:display-off": lambda: (desk, {}, {}),
        "desk:blocks": lambda: (desk, block | {"clinician": world.own.ids["clinician_id"]}, {}),
        "desk:remove-block": lambda: (desk, {}, {}),
        "desk:late": lambda: (
            desk,
            {"clinician": world.own.ids["clinician_id"], "minutes": "35"},
            {},
        ),
        "desk:tell-late": lambda: (desk, {}, today_is_the_day(world)),
        "physician:blocks": lambda: (therapist, block, {}),
        "physician:remove-block": lambda: (therapist, {}, {}),
        "physician:late": lambda: (therapist, {"minutes": "35"}, {}),
        "physician:tell-late": lambda: (therapist, {}, today_is_the_day(world)),
        "physician:calendar": lambda: (therapist, {}, {}),
        "physician:calendar-off": lambda: (therapist, {}, {"calendar_id": calendar_of(world)}),
        "patient:calendar": lambda: ("patient_a", {"patient": str(patient.pk)}, {}),
        "patient:calendar-off": lambda: ("patient_a", {}, {}),
        "desk:series-new": lambda: (desk, course_form(world) | {"reason": "Back pain"}, {}),
        "desk:series-move": lambda: (desk, later_in_the_day(world), {}),
        "desk:series-cancel": lambda: (
            desk,
            {"scope": "all", "cancellation_reason": "patient", "note": "Flu"},
            {},
        ),
        "api:series-list": lambda: (
            desk,
            booking
            | {"per_week": 1, "visits": [{"start_at": slot_of(world).start_at.isoformat()}]},
            {},
        ),
        "api:series-proposals": lambda: (
            desk,
            {k: v for k, v in booking.items() if k != "reason"}
            | {"count": 2, "per_week": 1, "first_day": TODAY.isoformat()},
            {},
        ),
        "api:series-visits": lambda: (
            desk,
            {"visits": [{"start_at": slot_of(world).start_at.isoformat()}]},
            {},
        ),
        "api:series-cancel": lambda: (
            desk,
            {"scope": "all", "cancellation_reason": "patient"},
            {},
        ),
        "desk:waitlist-add": lambda: (desk, wish | {"patient": str(another.pk)}, {}),
        "desk:waitlist-entry": lambda: (desk, wish, {}),
        "desk:waitlist-leave": lambda: (desk, {}, {}),
        "desk:waitlist-times": lambda: (
            desk,
            {"slot": slot_of(world).key},
            {"entry_id": waiting(world).pk},
        ),
        "desk:waitlist-answer": lambda: (desk, {"answer": "accept"}, {}),
        "api:waitlist": lambda: (
            desk,
            {
                **{name: booking[name] for name in ("patient", "visit_type", "site")},
                **{name: wish[name] for name in ("earliest_date", "latest_date", "note")},
            },
            {},
        ),
        "api:waitlist-withdraw": lambda: (desk, {}, {}),
        "api:waitlist-offers": lambda: (
            desk,
            {"start_at": slot_of(world).start_at.isoformat()},
            {"entry_id": waiting(world).pk},
        ),
        "api:waitlist-offer-withdraw": lambda: (desk, {}, {}),
        "desk:act": lambda: (desk, {"arrive": str(world.own.appointment.pk)}, {}),
        "desk:undo": lambda: (desk, {}, {}),
        "desk:park": lambda: (desk, {"visit": world.own.appointment.pk, "do": "park"}, {}),
        "desk:drop": lambda: (
            desk,
            {"visit": world.own.appointment.pk, "to": cell_of(world)},
            {},
        ),
        "desk:quick": lambda: (
            desk,
            {
                "at": cell_of(world),
                "patient": str(another.pk),
                "choice": f"{world.kind.code}@{slot_of(world).start_at.isoformat()}",
                "reason": "Back pain",
            },
            {},
        ),
        "desk:views": lambda: (desk, view_of(world), {}),
        "desk:view": lambda: (desk, view_of(world), {}),
        "desk:view-delete": lambda: (desk, {}, {}),
        "api:board-views": lambda: (
            desk,
            {
                "site": world.own.site.pk,
                "name": "Afternoons",
                "columns": [world.own.site.resources.first().pk],
            },
            {},
        ),
        "desk:register": lambda: (desk, person, {}),
        "desk:care-team": lambda: (manager, {"user": world.newcomer.pk}, {}),
        "desk:leave": lambda: (manager, {}, {}),
        "desk:documents": lambda: (desk, {"kind": "identity", "file": scan()}, {}),
        "desk:decide": lambda: (desk, consent, {}),
        "desk:grant": lambda: (desk, portal, {}),
        "desk:renew": lambda: (desk, {}, {"access_id": grown_up(patient).pk}),
        "desk:revoke": lambda: (desk, {}, {}),
        "physician:step": lambda: (physician, {"step": "arrive"}, {}),
        "physician:emergency": lambda: (
            physician,
            {"reason": "Unconscious in room 2", "hours": "1"},
            {"patient_id": another.pk},
        ),
        "manager:users": lambda: (
            manager,
            {"name": "Nora", "email": "nora@clinic.example", "role": "nurse"},
            {},
        ),
        "manager:user": lambda: (manager, {"teams": [world.team.pk]}, {}),
        "manager:disable": lambda: (manager, {}, {}),
        "manager:enable": lambda: (manager, {}, {"user_id": disabled(world.leaver).pk}),
        "manager:reset-factor": lambda: (manager, {}, {}),
        "manager:merge": lambda: (
            manager,
            {"kept": str(patient.pk), "merged": str(another.pk), "reason": "Same passport"},
            {},
        ),
        "manager:undo-merge": lambda: (manager, {}, {}),
        "account:clock": lambda: (desk, {}, {}),
        "account:tokens": lambda: (desk, token, {}),
        "account:revoke": lambda: (desk, {}, {"token_key": key_of(world.staff[desk])}),
        "api:patients": lambda: (desk, person, {}),
        "api:appointments": lambda: (
            desk,
            booking | {"start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:appointment-move": lambda: (
            desk,
            {"site": world.own.site.pk, "start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:check-in-links": lambda: (desk, {}, today_is_the_day(world)),
        "api:displays": lambda: (desk, {}, {}),
        "api:clinician-delays": lambda: (desk, {"minutes": 35}, {}),
        "api:delay-messages": lambda: (desk, {}, today_is_the_day(world)),
        "api:clinician-blocks": lambda: (
            desk,
            {"start_at": f"{next_week}T12:00:00Z", "end_at": f"{next_week}T13:00:00Z"},
            {},
        ),
        "api:calendar-links": lambda: (therapist, {}, {}),
        "api:appointment-steps": lambda: (desk, {"step": "arrive"}, {}),
    }
    return table[name]()


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


def value_for(field):
    """Something that would do harm if it arrived."""
    if isinstance(field, models.BooleanField):
        return "true"
    if isinstance(field, models.DateTimeField | models.DateField):
        return "2001-02-03"
    if isinstance(field, models.ForeignKey | models.IntegerField):
        return NOBODY if "patient" in field.name else "1"
    if field.choices:
        return str(field.choices[-1][0])
    return "assigned en masse"


def everything_else(form):
    """Every field name of every model, but those the form itself has."""
    extras = {}
    for model in MODELS:
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname):
                if name not in form and name != "is_another_person":
                    extras[name] = value_for(field)
    return extras


def snapshot():
    """How often each meaningful row is there."""
    rows = Counter()
    for model in MODELS:
        if hasattr(model, "pgh_tracked_model"):
            continue
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, NOISE)]
        names = [f.attname for f in fields if not f.is_relation or f.name in {"patient", "site"}]
        names = [n for n in names if n not in {"digest", "token_key", "dedupe_key", "about"}]
        names = [n for n in names if n not in {"record_number", "body", "last_login"}]
        if not names:
            rows[model._meta.label, ()] = model._default_manager.count()
            continue
        for row in model._default_manager.values_list(*names):
            told = dict(zip(names, map(str, row), strict=True))
            if "password" in told:
                # A random mark for "none yet", or a salted hash: only its kind means anything.
                told["password"] = told["password"][:1]
            rows[model._meta.label, tuple(told.items())] += 1
    return rows


def changed_by(route, world, *, with_extras, method="post"):
    """What one request changes; taken back afterwards."""
    with transaction.atomic():
        role, form, ids = valid(route.name, world, method)
        if route.name == "physician:step":
            lead(world, role)
        sent = (everything_else(form) | form) if with_extras else form
        client = client_of(world.user(role))
        address = address_of(route, world.own.ids | ids)
        before = snapshot()
        if route.pattern.startswith("/api/"):
            send = getattr(client, method)
            # Any version will do: that the client must name one is tested elsewhere.
            answer = send(
                address,
                json.dumps(sent),
                content_type="application/json",
                headers={"If-Match": "*"},
            )
        else:
            answer = client.post(address, sent)
        after = snapshot()
        transaction.set_rollback(True)
    return answer, after - before, before - after


def lead(world, role):
    resource = world.own.appointment.reservations.filter(resource__kind="clinician").first()
    resource.resource.user = world.staff[role]
    resource.resource.save()


@pytest.mark.parametrize(
    ("method", "route"), WRITERS, ids=[f"{method}-{route.name}" for method, route in WRITERS]
)
def test_only_what_the_form_asks_for_is_written(method, route, world):
    """A field that nobody shows must not be writable: a role, a price, another person's id."""
    answer, gained, lost = changed_by(route, world, with_extras=False, method=method)
    assert answer.status_code in {200, 201, 302}, answer.content[:300]
    if route.name != "account:clock":
        assert gained or lost or route.name in NO_VISIBLE_CHANGE, "it does what it is for"
    answer, gained_too, lost_too = changed_by(route, world, with_extras=True, method=method)
    if route.pattern.startswith("/api/"):
        assert answer.status_code == 400, "an endpoint says that it knows no such field"
        assert not gained_too
        assert not lost_too
    else:
        assert answer.status_code in {200, 302}
        assert without_ids(gained_too) == without_ids(gained)
        assert without_ids(lost_too) == without_ids(lost)


# What they change is an instant, or nothing because there was nothing to reset.
NO_VISIBLE_CHANGE = {"manager:reset-factor", "manager:user", "manager:undo-merge"}
NO_VISIBLE_CHANGE |= {"desk:display-off", "physician:calendar-off", "patient:calendar-off"}
# A signed link is written down nowhere.
NO_VISIBLE_CHANGE |= {"api:check-in-links"}
NO_VISIBLE_CHANGE |= {"api:series-proposals", "desk:series-move"}
# Parking is kept in the session, and there is nothing yet to take back.
NO_VISIBLE_CHANGE |= {"desk:park", "desk:undo"}


def without_ids(rows):
    """A person made for the one request has another id in the other."""
    return Counter(
        {
            (label, tuple((k, v) for k, v in row if not k.endswith("_id") or k == "site_id")): n
            for (label, row), n in rows.items()
        }
    )


def test_a_writer_without_a_valid_form_is_noticed(world):
    """Whoever adds a writer says here what it takes."""
    for method, route in WRITERS:
        valid(route.name, world, method)
    assert CareTeamMember.objects.exists()
