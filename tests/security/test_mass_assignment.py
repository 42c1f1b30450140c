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
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.world import NOBODY, TODAY, address_of, build_world, client_of

pytestmark = pytest.mark.django_db

WRITERS = [route for route in ROUTES if route.name in POLICY and POLICY[route.name].post]
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


def valid(name, world):
    """Who sends what, so that the writer does what it is for: (role, form, ids of their own)."""
    desk, manager, physician = Role.FRONT_DESK, Role.MANAGER, Role.PHYSICIAN
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
    token = {"name": "Phone", "days": "30", "scopes": ["scheduling.book"]}
    table = {
        "desk:book": lambda: (desk, booking | {"slot": slot_of(world).key}, {}),
        "desk:move": lambda: (
            desk,
            {"site": world.own.site.pk, "visit_type": world.kind.code, "slot": slot_of(world).key},
            {},
        ),
        "desk:step": lambda: (desk, {"step": "arrive"}, {}),
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
        "api:appointment-steps": lambda: (desk, {"step": "arrive"}, {}),
    }
    return table[name]()


def scan():
    return SimpleUploadedFile("../../etc/passwd.html", b"%PDF-1.7 scanned", "text/html")


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


def changed_by(route, world, *, with_extras):
    """What one request changes; taken back afterwards."""
    with transaction.atomic():
        role, form, ids = valid(route.name, world)
        if route.name == "physician:step":
            lead(world, role)
        sent = (everything_else(form) | form) if with_extras else form
        client = client_of(world.staff[role])
        address = address_of(route, world.own.ids | ids)
        before = snapshot()
        if route.pattern.startswith("/api/"):
            answer = client.post(address, json.dumps(sent), content_type="application/json")
        else:
            answer = client.post(address, sent)
        after = snapshot()
        transaction.set_rollback(True)
    return answer, after - before, before - after


def lead(world, role):
    resource = world.own.appointment.reservations.filter(resource__kind="clinician").first()
    resource.resource.user = world.staff[role]
    resource.resource.save()


@pytest.mark.parametrize("route", WRITERS, ids=lambda route: route.name)
def test_only_what_the_form_asks_for_is_written(route, world):
    """A field that nobody shows must not be writable: a role, a price, another person's id."""
    answer, gained, lost = changed_by(route, world, with_extras=False)
    assert answer.status_code in {200, 201, 302}, answer.content[:300]
    if route.name != "account:clock":
        assert gained or lost or route.name in NO_VISIBLE_CHANGE, "it does what it is for"
    answer, gained_too, lost_too = changed_by(route, world, with_extras=True)
    if route.pattern.startswith("/api/"):
        assert answer.status_code == 400, "an endpoint says that it knows no such field"
        assert not gained_too
        assert not lost_too
    else:
        assert answer.status_code in {200, 302}
        assert without_ids(gained_too) == without_ids(gained)
        assert without_ids(lost_too) == without_ids(lost)


# What they change is an instant, or nothing because there was nothing to reset.
# Parking is kept in the session, and there is nothing yet to take back.
NO_VISIBLE_CHANGE = {
    *("manager:reset-factor", "manager:user", "manager:undo-merge"),
    *("desk:park", "desk:undo"),
}


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
    for route in WRITERS:
        valid(route.name, world)
    assert CareTeamMember.objects.exists()
