"""Moving a visit: the new place is taken and the old one given up, or neither."""

from datetime import timedelta

import pytest
import time_machine

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.errors import PatientBusy, SlotTaken, StepRefused
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, Reservation
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)


@pytest.fixture
def place():
    return Place()


def move(place, visit, start_at, by=None, clinician=None, site=None):
    to = NewPlace(site or place.site, start_at, clinician)
    return move_appointment(appointment=visit, to=to, by=by or place.clerk, now=NOW)


def places(visit):
    rows = Reservation.objects.filter(appointment=visit)
    return sorted((r.resource_id, r.kind, r.during.lower, r.is_active) for r in rows)


def test_everything_moves_and_the_old_place_is_free(place):
    """Clinician, room, cleaning and machine: all of it, and nothing of it twice."""
    visit = place.book()
    moved = move(place, visit, TEN + 4 * HALF)
    assert moved.pk == visit.pk
    assert (moved.start_at, moved.end_at) == (TEN + 4 * HALF, TEN + 5 * HALF)
    taken = visit.reservations.filter(kind="appointment")
    assert {r.during.lower for r in taken} == {TEN + 4 * HALF}
    assert place.book(TEN).start_at == TEN, "somebody else can have the old time"
    event = visit.events.order_by("-id").first()
    assert (event.step, event.note) == ("move", "from 2027-01-12T10:00Z")


def test_a_visit_is_not_in_its_own_way(place):
    """Ten minutes later overlaps the visit itself, and nobody else."""
    visit = place.book()
    later = TEN + timedelta(minutes=10)

    def offered(**changes):
        search = SlotSearch(
            place.kind,
            [place.site],
            later,
            later + HALF,
            patient_id=visit.patient_id,
            **changes,
        )
        return {slot.start_at for slot in free_slots(place.clerk, search, now=NOW)}

    assert later not in offered()
    assert later in offered(moving=visit.pk)
    assert move(place, visit, later).start_at == later


def test_a_taken_time_leaves_the_visit_where_it_stood(place):
    """Whoever asked for another time must not end up with none."""
    visit, other = place.book(), place.book(TEN + 4 * HALF)
    before = places(visit)
    with pytest.raises(SlotTaken) as refused:
        move(place, visit, other.start_at)
    assert refused.value.alternatives
    visit.refresh_from_db()
    assert (visit.start_at, places(visit)) == (TEN, before)
    assert visit.events.count() == 1
    assert Message.objects.filter(kind="appointment_moved").count() == 0


def test_a_person_s_other_visit_is_in_the_way(place):
    """One cannot be in two rooms, whichever clinician is free."""
    second = builders.make_clinician(place.site)
    visit = place.book()
    talk = builders.make_visit_type(30, ["clinician"])
    place.book(TEN + 4 * HALF, patient=visit.patient, clinician=second, visit_type=talk)
    with pytest.raises(PatientBusy):
        move(place, visit, TEN + 4 * HALF, clinician=place.clinician)
    visit.refresh_from_db()
    assert visit.start_at == TEN


def test_the_patient_is_told_the_new_time_and_not_the_old_one(place):
    """Two messages with two times are worse than none."""
    visit = place.book()
    move(place, visit, TEN + 4 * HALF)
    told = {m.kind: m.status for m in Message.objects.filter(patient_id=visit.patient_id)}
    assert told == {"appointment_booked": "withdrawn", "appointment_moved": "due"}


def test_another_clinician_comes_into_care_and_the_former_leaves(place):
    """Who will not see the person any more has no reason to read."""
    users = [builders.make_user(Role.PHYSICIAN) for _ in range(2)]
    place.clinician.user = users[0]
    place.clinician.save()
    second = builders.make_clinician(place.site, user=users[1])
    visit = place.book()
    move(place, visit, TEN + 4 * HALF, clinician=second)
    team = {m.user_id for m in visit.patient.care_team.filter(user__isnull=False)}
    assert team == {users[1].pk}


def test_only_a_visit_that_has_not_begun_can_be_moved(place):
    """Whoever sits in the waiting room is not moved to Thursday."""
    visit = place.book()
    take_step(appointment=visit, step=Step.ARRIVE, by=place.clerk, now=NOW)
    with pytest.raises(StepRefused):
        move(place, visit, TEN + 4 * HALF)
    with pytest.raises(Invalid):
        move(place, place.book(TEN + 8 * HALF), TEN + timedelta(minutes=3))
    with pytest.raises(NotAllowed):
        move(place, visit, TEN, by=builders.make_user(Role.THERAPIST))


def test_a_move_does_not_disturb_taking_steps_back(place):
    """An undone cancellation takes the new place again, not the former one as well."""
    visit = place.book()
    move(place, visit, TEN + 4 * HALF)
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    take_step(appointment=visit, step=Step.UNDO, by=place.clerk, now=NOW)
    active = Reservation.objects.filter(appointment=visit, is_active=True)
    assert {r.during.lower for r in active.filter(kind="appointment")} == {TEN + 4 * HALF}
    assert place.book(TEN).start_at == TEN


@time_machine.travel("2027-01-12T15:00:00Z", tick=True)
def test_the_desk_moves_a_visit_on_its_page_and_programs_by_the_api():
    """Both doors lead to the same action, and both say what became of it."""
    site = builders.make_site()
    builders.make_clinician(site)
    kind = builders.make_visit_type(30, ["clinician"])
    client = client_of(builders.make_user())
    patient = builders.make_patient()
    page = client.get(f"/desk/book/?patient={patient.pk}&site={site.pk}")
    keys = [slot.key for day in page.context["days"] for o in day.offers for slot in o.slots]
    form = {"patient": patient.pk, "visit_type": kind.code, "site": site.pk, "slot": keys[0]}
    assert client.post("/desk/book/", form).status_code == 302
    visit = Appointment.objects.get()
    address = f"/desk/appointments/{visit.pk}/move/"
    assert b"Move a visit" in client.get(address).content
    moved = client.post(address, {"site": site.pk, "slot": keys[3]})
    assert moved.status_code == 302
    visit.refresh_from_db()
    assert visit.start_at.isoformat() == keys[3].split("/")[0]
    body = {"site": site.pk, "start_at": keys[1].split("/")[0]}
    api = f"/api/v1/appointments/{visit.pk}/move/"
    assert client.post(api, body, content_type="application/json").status_code == 200
    form |= {"patient": builders.make_patient().pk, "slot": keys[6]}
    assert client.post("/desk/book/", form).status_code == 302
    body["start_at"] = keys[6].split("/")[0]
    refused = client.post(api, body, content_type="application/json")
    assert refused.status_code == 409
    assert refused.json()["alternatives"]
    assert client.post(address, {"site": site.pk, "slot": keys[6]}).status_code == 409
