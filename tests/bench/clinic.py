"""Builds the measured clinic: sites, people and machines by the builders, the calendar by SQL."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import NOT_PROVIDED
from psycopg.types.json import Jsonb

from clinic.accounts.models import TeamMember, User
from clinic.accounts.roles import Role
from patients.models import ContactPoint, Patient
from scheduling.models import (
    Appointment,
    BoardColumn,
    BoardView,
    Reservation,
    Resource,
    ResourceKind,
)
from scheduling.models.hours import WorkingHours
from tests import builders
from tests.bench import sizes
from tests.long_records import ten_years
from tests.record_builders import shipped_catalogue, shipped_instruments

HOURS = Path(__file__).with_name("calendar.sql").read_text()


@dataclass(frozen=True)
class Built:
    """What the measurements need to know of the clinic."""

    sites: list[int]
    clinicians: dict[str, list[int]]
    consultation: str
    roomed: str
    injection: str
    clerks: list[int]
    board_day: str
    board_view: int
    physician: int
    long_record: str


def build(admin_url: str, size: sizes.Size) -> Built:
    """A clinic of this size. The calendar is loaded without triggers: it has no history."""
    places = [_make_site(number) for number in range(sizes.SITES)]
    sites = [site.pk for site, _ in places]
    kinds = _make_visit_types()
    clerks = [builders.make_user() for _ in range(sizes.CLERKS)]
    _make_patients()
    physician, long_record = _make_long_record()
    clinicians = {str(site.pk): people for site, people in places}
    with psycopg.connect(admin_url) as connection:
        _load_calendar(connection, size, kinds[0].pk, clerks[0].pk)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        # What was loaded is on disk before anything is measured, as it would be in the morning.
        connection.execute("CHECKPOINT")
    return Built(
        sites,
        clinicians,
        *(kind.code for kind in kinds),
        clerks=[clerk.pk for clerk in clerks],
        board_day=str(sizes.board_day()),
        board_view=_make_view(places[0][0], places[0][1][: sizes.BOARD_COLUMNS]),
        physician=physician.pk,
        long_record=str(long_record.pk),
    )


def _make_view(site, clinicians):
    view = BoardView.objects.create(site=site, name="Measured", function_key=1)
    BoardColumn.objects.bulk_create(
        BoardColumn(view=view, resource_id=pk, position=position)
        for position, pk in enumerate(clinicians)
    )
    return view.pk


def _make_site(number):
    site = builders.make_site(sizes.ZONE, hours=None)
    people = []
    for n in range(sizes.CLINICIANS):
        user = User(email=f"c{number}-{n}@clinic.example", name=f"Doctor {number} {n}")
        user.role = Role.PHYSICIAN
        user.set_unusable_password()
        people.append(user)
    User.objects.bulk_create(people)
    TeamMember.objects.bulk_create(TeamMember(team=site.team, user=user) for user in people)
    resources = [
        Resource(site=site, kind=ResourceKind.CLINICIAN, name=user.name, user=user)
        for user in people
    ]
    resources += [
        Resource(site=site, kind=ResourceKind.ROOM, name=f"Room {n}") for n in range(sizes.ROOMS)
    ]
    resources += [
        Resource(site=site, kind=ResourceKind.EQUIPMENT, name=f"C-arm {n}")
        for n in range(sizes.C_ARMS)
    ]
    Resource.objects.bulk_create(resources)
    c_arm = builders.make_capability("c-arm")
    c_arm.resources.add(*resources[-sizes.C_ARMS :])
    WorkingHours.objects.bulk_create(
        WorkingHours(
            site=site,
            resource=resource,
            weekday=weekday,
            opens=f"{sizes.OPENS:02}:00",
            closes=f"{sizes.CLOSES:02}:00",
        )
        for resource in [None, *resources[: sizes.CLINICIANS]]
        for weekday in range(1, 6)
    )
    return site, [resource.pk for resource in resources[: sizes.CLINICIANS]]


def _make_visit_types():
    injection = [
        "clinician",
        {"kind": "room", "buffer_after_minutes": 15},
        {"kind": "equipment", "capability": "c-arm"},
    ]
    return [
        builders.make_visit_type(20, ["clinician"], alignment_minutes=20),
        builders.make_visit_type(20, ["clinician", "room"], alignment_minutes=20),
        builders.make_visit_type(30, injection, alignment_minutes=30),
    ]


def _make_patients():
    Patient.objects.bulk_create(
        Patient(given_names=f"Ana {n % 97}", family_name=f"Ruiz{n}", birth_date="1970-05-17")
        for n in range(sizes.PATIENTS)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(patient_id=person, system="email", value=f"p{n}@example.org")
        for n, person in enumerate(Patient.objects.values_list("pk", flat=True))
    )


def _make_long_record():
    """A physician, and somebody who has come to them for ten years."""
    shipped_catalogue()
    shipped_instruments()
    physician, patient = builders.make_user(Role.PHYSICIAN), builders.make_patient()
    builders.care_for(patient, physician)
    ten_years(patient, physician, now=datetime.now(UTC))
    return physician, patient


def _load_calendar(connection, size, kind, clerk):
    """Visits and their reservations, in bulk; the exclusion constraints are built afterwards."""
    connection.execute("SET session_replication_role = replica")
    constraints = _take_off_exclusions(connection)
    told = {
        "days": Jsonb([str(day) for day in sizes.working_days(size)]),
        "zone": sizes.ZONE,
        "kind": kind,
        "clerk": clerk,
        "opens": sizes.OPENS,
        "hours": sizes.CLOSES - sizes.OPENS,
        "patients": sizes.PATIENTS,
        "board_day": str(sizes.board_day()),
    }
    for statement in HOURS.split(";\n"):
        text = statement.format(
            visit_columns=_others(Appointment, names=True),
            visit_values=_others(Appointment, names=False),
            part_columns=_others(Reservation, names=True),
            part_values=_others(Reservation, names=False),
        )
        if text.strip():
            connection.execute(text, told if "%(" in text else None)
    for table, name, definition in constraints:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _take_off_exclusions(connection):
    found = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'x' AND conname IN "
        "('resource_is_taken_once', 'patient_is_in_one_place')"
    ).fetchall()
    for table, name, _ in found:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return found


# Columns that calendar.sql fills by name.
_NAMED = {
    "appointment": {
        "id", "patient_id", "visit_type_id", "site_id", "start_at", "end_at", "status",
        "status_at", "reason", "booked_by_id",
    },
    "reservation": {"resource_id", "during", "kind", "appointment_id"},
}  # fmt: skip


def _others(model, *, names):
    """Every further column that PostgreSQL cannot fill by itself, with Django's default for it."""
    parts = ""
    for field in model._meta.concrete_fields:
        named = field.column in _NAMED[model._meta.model_name]
        if named or field.null or field.primary_key or field.db_default is not NOT_PROVIDED:
            continue
        default = field.get_default()
        value = str(default).lower() if isinstance(default, bool | int) else f"'{default}'"
        parts += f", {field.column}" if names else f", {value}"
    return parts


def signed_in(user_id: int) -> str:
    """The key of a new session, as signing in leaves it."""
    user, session = User.objects.get(pk=user_id), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    UserSession.objects.create(
        user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="bench"
    )
    return session.session_key


def as_json(built: Built) -> dict[str, object]:
    """For a clinic that is kept and measured again."""
    return asdict(built)
