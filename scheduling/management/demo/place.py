"""The demo clinic's walls and clockwork: sites, hours, rooms, machines, people who work there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from clinic.accounts.demo import DEMO_LOGINS
from clinic.accounts.models import Team, TeamMember, User
from clinic.accounts.roles import Role
from scheduling.actions.holidays import HolidayDetails, change_holiday, load_holidays
from scheduling.actions.visit_types import Need, VisitTypeDetails, make_visit_type
from scheduling.models import (
    Capability,
    Resource,
    ResourceKind,
    ResourceNeed,
    Site,
    VisitType,
    WorkingHours,
)
from treatments.models import CatalogueEntry

CAPABILITIES = {
    "consultation": "Consultation",
    "interventional": "Interventional pain procedures",
    "physical-therapy": "Physical therapy",
    "exam": "Examination room",
    "procedure": "Procedure room",
    "therapy": "Therapy room",
    "fluoroscopy": "Fluoroscopy",
}

DAYTIME = (time(7), time(22))
# What is done at a kind of visit: limits are asked about it.
TREATMENTS = {
    "epidural": "epidural-steroid-injection",
    "cervical-epidural": "epidural-steroid-injection",
    "medial-branch-block": "medial-branch-block",
    "ablation": "radiofrequency-ablation",
    "radiofrequency": "radiofrequency-ablation",
    "kyphoplasty": "kyphoplasty",
    "therapy": "physical-therapy",
}
# Where: limits are counted by region.
REGIONS = {"epidural": "lumbar", "cervical-epidural": "cervical"}


@dataclass(frozen=True)
class Thing:
    """A resource of the demo: its kind, name, what it can do, and (clinicians) its hours."""

    kind: ResourceKind
    name: str
    can: Sequence[str]
    shift: tuple[time, time] | None = None
    email: str = ""


@dataclass(frozen=True)
class Kind:
    """A visit type of the demo; `room` and `machine` name capabilities."""

    code: str
    name: str
    public_name: str
    minutes: int
    clinician: str
    room: str
    machine: str = ""
    room_turnover: int = 0


RIVERSIDE = [
    Thing(
        ResourceKind.CLINICIAN,
        "Dr. Amara Okafor",
        ["consultation", "interventional"],
        (time(7), time(19)),
        "physician@dorsa.example",
    ),
    Thing(
        ResourceKind.CLINICIAN,
        "Dr. Luis Ferreira",
        ["consultation", "interventional"],
        (time(9), time(22)),
    ),
    Thing(ResourceKind.CLINICIAN, "Dr. Hannah Weiss", ["consultation"], (time(8), time(20))),
    Thing(
        ResourceKind.CLINICIAN,
        "Theo Lindqvist, PT",
        ["physical-therapy"],
        (time(8), time(20)),
        "therapist@dorsa.example",
    ),
    Thing(ResourceKind.ROOM, "Exam 1", ["exam"]),
    Thing(ResourceKind.ROOM, "Exam 2", ["exam"]),
    Thing(ResourceKind.ROOM, "Procedure A", ["exam", "procedure"]),
    Thing(ResourceKind.ROOM, "Procedure B", ["exam", "procedure"]),
    Thing(ResourceKind.ROOM, "Gym", ["therapy"]),
    Thing(ResourceKind.EQUIPMENT, "C-arm 1", ["fluoroscopy"]),
]

LAKESIDE = [
    Thing(ResourceKind.CLINICIAN, "Dr. Ines Moreau", ["consultation"], (time(8), time(18))),
    Thing(ResourceKind.ROOM, "Room 1", ["exam"]),
]

KINDS = [
    Kind("same-day", "Same-day consultation", "Consultation", 30, "consultation", "exam"),
    Kind("new-patient", "New patient", "First consultation", 45, "consultation", "exam"),
    Kind("follow-up", "Follow-up", "Follow-up visit", 20, "consultation", "exam"),
    Kind("therapy", "Physical therapy", "Therapy visit", 45, "physical-therapy", "therapy"),
    Kind(
        "epidural",
        "Lumbar epidural injection",
        "Procedure visit",
        45,
        "interventional",
        "procedure",
        "fluoroscopy",
        15,
    ),
    Kind(
        "cervical-epidural",
        "Cervical epidural injection",
        "Procedure visit",
        45,
        "interventional",
        "procedure",
        "fluoroscopy",
        15,
    ),
    Kind(
        "medial-branch-block",
        "Medial branch block",
        "Procedure visit",
        45,
        "interventional",
        "procedure",
        "fluoroscopy",
        15,
    ),
    Kind(
        "kyphoplasty",
        "Kyphoplasty",
        "Procedure visit",
        90,
        "interventional",
        "procedure",
        "fluoroscopy",
        30,
    ),
]

# What people book by themselves.
ONLINE = {"same-day", "new-patient", "follow-up", "therapy"}
# The public names, in the words of who reads Spanish.
SPANISH = {
    "Consultation": "Consulta",
    "First consultation": "Primera consulta",
    "Follow-up visit": "Cita de control",
    "Therapy visit": "Cita de terapia",
    "Procedure visit": "Cita de procedimiento",
}


def build_place(now: datetime) -> Site:
    """Make everything there is before the first patient comes; returns the main site."""
    for login in DEMO_LOGINS:
        User.objects.create_user(
            email=login.email,
            name=login.name,
            role=Role(login.role),
            password=login.password,
            is_email_verified=True,
        )
    capabilities = {
        code: Capability.objects.create(code=code, name=name) for code, name in CAPABILITIES.items()
    }
    riverside = _site(
        "Riverside", "America/New_York", "+1 212-555-0142", "12 Quay Street, New York", "US-NY"
    )
    _site_things(riverside, RIVERSIDE, capabilities)
    lakeside = _site(
        "Lakeside", "America/Chicago", "+1 312-555-0178", "8 Shore Drive, Chicago", "US-IL"
    )
    _site_things(lakeside, LAKESIDE, capabilities)
    for rank, kind in enumerate(KINDS):
        _visit_type(kind, rank, capabilities)
    manager = User.objects.get(email="manager@dorsa.example")
    for site in (riverside, lakeside):
        _keep_holidays(site, manager, now)
    _by_the_manager(capabilities, manager, now)
    return riverside


def _keep_holidays(site: Site, manager: User, now: datetime) -> None:
    """The holidays of this year and the next one, as the site's calendar says."""
    local = now.astimezone(site.zone)
    for year in (local.year, local.year + 1):
        load_holidays(site=site, year=year, by=manager, now=now)
    # The demo is opened on any day, and a clinic that is closed shows little.
    for holiday in site.holidays.filter(
        local_date__gte=local.date(), local_date__lt=local.date() + timedelta(days=7)
    ):
        worked = HolidayDetails(holiday.name, is_observed=False)
        change_holiday(holiday=holiday, details=worked, by=manager, now=now)


def _by_the_manager(capabilities: dict[str, Capability], manager: User, now: datetime) -> None:
    """What a manager enters by hand: a group, and a visit in parts."""
    make_visit_type(
        details=VisitTypeDetails("Back school", "Group class", 60, capacity=8, rank=20),
        needs=[
            Need(ResourceKind.CLINICIAN, capabilities["physical-therapy"]),
            Need(ResourceKind.ROOM, capabilities["therapy"], buffer_after_minutes=10),
        ],
        by=manager,
        now=now,
    )
    # The physician numbers, sees others while it works, and comes back to judge.
    make_visit_type(
        details=VisitTypeDetails("Diagnostic block with watch", "Procedure visit", 60, rank=21),
        needs=[
            Need(
                ResourceKind.CLINICIAN,
                capabilities["interventional"],
                parts=[(0, 20), (50, None)],
            ),
            Need(ResourceKind.ROOM, capabilities["procedure"], buffer_after_minutes=10),
        ],
        by=manager,
        now=now,
    )


def _site(name: str, zone: str, phone: str, address: str, calendar: str) -> Site:
    name = f"Dorsa {name}"
    team = Team.objects.create(name=name)
    staff = User.objects.exclude(role=Role.PATIENT)
    TeamMember.objects.bulk_create(TeamMember(team=team, user=user) for user in staff)
    site = Site.objects.create(
        name=name,
        time_zone=zone,
        phone=phone,
        address=address,
        team=team,
        holiday_calendar=calendar,
    )
    _weekly_hours(site, None, DAYTIME)
    return site


def _site_things(site: Site, things: list[Thing], capabilities: dict[str, Capability]) -> None:
    for thing in things:
        user = User.objects.filter(email=thing.email).first() if thing.email else None
        resource = Resource.objects.create(site=site, kind=thing.kind, name=thing.name, user=user)
        resource.capabilities.set([capabilities[code] for code in thing.can])
        if thing.shift:
            _weekly_hours(site, resource, thing.shift)


def _weekly_hours(site: Site, resource: Resource | None, shift: tuple[time, time]) -> None:
    WorkingHours.objects.bulk_create(
        WorkingHours(site=site, resource=resource, weekday=day, opens=shift[0], closes=shift[1])
        for day in range(1, 8)
    )


def _visit_type(kind: Kind, rank: int, capabilities: dict[str, Capability]) -> None:
    treatment = CatalogueEntry.objects.filter(pk=TREATMENTS.get(kind.code)).first()
    visit_type = VisitType.objects.create(
        code=kind.code,
        name=kind.name,
        public_name=kind.public_name,
        public_name_es=SPANISH[kind.public_name],
        is_bookable_online=kind.code in ONLINE,
        duration_minutes=kind.minutes,
        alignment_minutes=10,
        rank=rank,
        treatment=treatment,
        region=REGIONS.get(kind.code, "") if treatment else "",
    )
    needs = [
        (ResourceKind.CLINICIAN, kind.clinician, 0),
        (ResourceKind.ROOM, kind.room, kind.room_turnover),
        (ResourceKind.EQUIPMENT, kind.machine, 0),
    ]
    ResourceNeed.objects.bulk_create(
        ResourceNeed(
            visit_type=visit_type,
            kind=resource_kind,
            capability=capabilities[capability],
            buffer_after_minutes=turnover,
        )
        for resource_kind, capability, turnover in needs
        if capability
    )
