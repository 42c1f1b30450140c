"""Ready-made people, places and visit types: each builder makes a row and what it needs."""

from datetime import UTC, date, datetime, time
from itertools import count

from clinic.accounts.models import Team, TeamMember, User
from clinic.accounts.roles import Role
from patients.models import CareTeamMember, ContactPoint, Patient
from scheduling.models import (
    Capability,
    Hold,
    NeedPart,
    Resource,
    ResourceKind,
    ResourceNeed,
    Site,
    VisitType,
    WorkingHours,
)

_number = count(1)
ALL_DAY = (time(0), time(23, 59))
PASSWORD = "a password for tests only"


def make_user(role=Role.FRONT_DESK, *, email="", password=None) -> User:
    """Staff work at every site there is; `clinic.accounts` tests who does not."""
    email = email or f"{role}-{next(_number)}@clinic.example"
    user = User.objects.create_user(
        email=email, name=Role(role).label, role=role, password=password, is_email_verified=True
    )
    if user.is_staff_member:
        teams = Team.objects.all()
        TeamMember.objects.bulk_create(TeamMember(team=team, user=user) for team in teams)
    return user


def care_for(patient, user) -> None:
    """Put the clinician into the patient's care team."""
    CareTeamMember.objects.create(
        patient=patient, user=user, reason="named", joined_at=datetime.now(UTC)
    )


def make_patient(given="Ana", family="Ruiz", born=date(1970, 5, 17), email="") -> Patient:
    patient = Patient.objects.create(
        given_names=given, family_name=f"{family}{next(_number)}", birth_date=born
    )
    if email:
        ContactPoint.objects.create(patient=patient, system="email", value=email)
    return Patient.objects.get(pk=patient.pk)


def make_site(zone="America/New_York", hours=ALL_DAY) -> Site:
    name = f"Site {next(_number)}"
    team = Team.objects.create(name=name)
    staff = User.objects.exclude(role=Role.PATIENT)
    TeamMember.objects.bulk_create(TeamMember(team=team, user=user) for user in staff)
    site = Site.objects.create(
        name=name, time_zone=zone, phone="+1 212-555-0142", address="12 Quay St", team=team
    )
    if hours:
        open_daily(site, None, hours)
    return site


def open_daily(site, resource, hours) -> None:
    WorkingHours.objects.bulk_create(
        WorkingHours(site=site, resource=resource, weekday=day, opens=hours[0], closes=hours[1])
        for day in range(1, 8)
    )


def make_resource(site, kind=ResourceKind.ROOM, can=(), hours=None, user=None) -> Resource:
    resource = Resource.objects.create(
        site=site, kind=kind, name=f"{kind} {next(_number)}", user=user
    )
    resource.capabilities.set(make_capability(code) for code in can)
    if hours:
        open_daily(site, resource, hours)
    return resource


def make_clinician(site, can=(), hours=ALL_DAY, user=None) -> Resource:
    return make_resource(site, ResourceKind.CLINICIAN, can, hours, user)


def make_capability(code) -> Capability:
    return Capability.objects.get_or_create(code=code, defaults={"name": code})[0]


def make_visit_type(minutes=30, needs=("clinician", "room"), **fields) -> VisitType:
    """`needs` lists kinds, or dictionaries with the fields of a `ResourceNeed`.

    `parts` in such a dictionary lists (offset, minutes or None) for a split visit.
    """
    number = next(_number)
    visit_type = VisitType.objects.create(
        code=f"kind-{number}",
        name=f"Kind {number}",
        public_name="Visit",
        duration_minutes=minutes,
        **{"alignment_minutes": 10} | fields,
    )
    for need in needs:
        need = {"kind": need} if isinstance(need, str) else dict(need)
        if isinstance(need.get("capability"), str):
            need["capability"] = make_capability(need["capability"])
        parts = need.pop("parts", ())
        made = ResourceNeed.objects.create(visit_type=visit_type, **need)
        for offset, minutes in parts:
            NeedPart.objects.create(need=made, offset_minutes=offset, duration_minutes=minutes)
    return visit_type


def make_hold(site, start, end, expires_at, visit_type=None) -> Hold:
    """A hold without its places: whoever needs them adds reservations of kind "hold"."""
    return Hold.objects.create(
        patient=make_patient(),
        visit_type=visit_type or make_visit_type(),
        site=site,
        start_at=start,
        end_at=end,
        expires_at=expires_at,
    )
