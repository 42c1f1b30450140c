"""Every writer is sent every field name there is, and may change only what it always changes."""

import json
from collections import Counter

import pytest
from django.apps import apps
from django.db import models, transaction
from django.utils.http import urlencode

from clinic.accounts.roles import Role
from clinic.shared.prepared import all_rows
from patients.models import CareTeamMember
from tests import builders
from tests.security.addresses import NOBODY, address_of
from tests.security.clients import client_of
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.valid_forms import valid

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
def world(world):
    # Made once, so that both requests of a comparison are about the same people.
    world.spare = builders.make_patient()
    world.newcomer = builders.make_user(Role.PHYSICIAN)
    world.leaver = builders.make_user(Role.NURSE)
    # Somebody and somewhere free right now.
    world.spare_clinician = builders.make_clinician(world.own.site)
    world.spare_room = builders.make_resource(world.own.site)
    return world


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


@pytest.fixture(autouse=True)
def _as_many_fields_as_there_are(settings):
    """A real form may not have so many (tests/pages/test_bad_input.py): here all are tried."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000


def everything_else(form):
    """Every field name of every model, but those the form itself has."""
    extras = {}
    for model in MODELS:
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname):
                if name not in form and name != "is_another_person":
                    extras[name] = value_for(field)
    return extras


def question_about(model):
    """How often each row is there: its table, its ids, and its other values as text.

    Not its own key, and not what is random; of a password only whether there is one.
    """
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, NOISE)]
    fields = [f for f in fields if not f.is_relation or f.name in {"patient", "site"}]
    random = {"digest", "token_key", "dedupe_key", "about", "record_number", "body", "last_login"}
    random |= {"occasion"}
    columns = [field.column for field in fields if field.attname not in random]
    ids = [f'"{name}"' for name in columns if name.endswith("_id") and name != "site_id"]
    others = [f'"{name}"' for name in columns if f'"{name}"' not in ids]
    others = [f"left({name}, 1)" if name == '"password"' else name for name in others]
    return (
        f"SELECT '{model._meta.label}', ROW({', '.join(ids)})::text, "
        f"ROW({', '.join(others)})::text, count(*) FROM {model._meta.db_table} GROUP BY 1, 2, 3"
    )


ALL_ROWS = " UNION ALL ".join(
    question_about(model) for model in MODELS if not hasattr(model, "pgh_tracked_model")
)


def snapshot():
    """Every row of ours, in one question; it is long, and planned once."""
    return Counter({tuple(row): times for *row, times in all_rows(ALL_ROWS, {})})


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
            answer = client.post(address, **as_a_page_sends(sent))
        after = snapshot()
        transaction.set_rollback(True)
    return answer, after - before, before - after


def as_a_page_sends(form):
    """As browsers do: in parts only if there is a file; to read thousands of parts takes long."""
    if any(hasattr(value, "read") for value in form.values()):
        return {"data": form}
    written = urlencode(form, doseq=True)
    return {"data": written, "content_type": "application/x-www-form-urlencoded"}


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
# Since when it is sent, or goes out again.
NO_VISIBLE_CHANGE |= {"manager:send-newsletter", "manager:resume-kind"}
# Who has read a result, and when.
NO_VISIBLE_CHANGE |= {"physician:report-review", "api:diagnostic-report-review"}
NO_VISIBLE_CHANGE |= {"desk:authorization-revoke", "physician:authorization-revoke"}
NO_VISIBLE_CHANGE |= {"api:prior-authorization-revoke"}
NO_VISIBLE_CHANGE |= {"manager:retire-catalogue-entry", "manager:restore-catalogue-entry"}
# When it was done, and by whom.
NO_VISIBLE_CHANGE |= {"desk:text-done", "api:text-done"}
# Who is on it, and when.
NO_VISIBLE_CHANGE |= {"physician:alarm-see", "api:alarm-see"}
# A signed link is written down nowhere.
NO_VISIBLE_CHANGE |= {"api:check-in-links"}
# What the rules would say, of what is not saved.
NO_VISIBLE_CHANGE |= {"manager:rule-dry-run", "api:rule-dry-run", "physician:procedure-limits"}
NO_VISIBLE_CHANGE |= {"api:series-proposals", "desk:series-move"}
# Nothing is done in these visits: there is no region to say.
NO_VISIBLE_CHANGE |= {"desk:visit-region"}
# Parking is kept in the session, and there is nothing yet to take back.
NO_VISIBLE_CHANGE |= {"desk:park", "desk:undo"}


def without_ids(rows):
    """A person made for the one request has another id in the other."""
    told = Counter()
    for (label, _ids, values), times in rows.items():
        told[label, values] += times
    return told


def test_a_writer_without_a_valid_form_is_noticed(world):
    """Whoever adds a writer says here what it takes."""
    for method, route in WRITERS:
        valid(route.name, world, method)
    assert CareTeamMember.objects.exists()
