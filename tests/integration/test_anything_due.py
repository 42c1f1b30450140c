"""A tick looks first whether there is anything to do: it must never say no where there is."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.tasks import deliver_email, deliver_sms, note_heartbeat
from clinic.shared.errors import NotAllowed
from patients.tasks import answer_portal_requests
from scheduling.actions.asking import AFTERCARE_WITHIN, ask_due, send_aftercare
from scheduling.actions.hold import expire_holds, place_hold
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import expire_offer, offer_time
from scheduling.actions.stranding import settle_worklist, sweep_worklist
from scheduling.actions.waitlist import Wish, add_to_waitlist, lapse_entries
from scheduling.models import TimeOff, WorklistItem, WorklistKind
from scheduling.queries.anything_due import has_open_diaries, has_worklist_to_keep, run_out, to_ask
from scheduling.tasks import (
    answer_texts,
    ask_how_people_are,
    clear_expired_holds,
    look_at_changed_histories,
    look_at_coming_visits,
    mark_no_shows,
    offer_openings,
    prepare,
)
from scheduling.tasks.asking import ask_for_diaries
from scheduling.tasks.worklist import keep_worklist
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.outcome_builders import DAY
from tests.outcome_builders import NOW as AFTER
from tests.record_builders import make_follow_up, make_procedure, shipped_catalogue
from tests.rule_builders import make_finding
from treatments.domain.aftercare import aftercare_for
from treatments.models import Finding
from treatments.tasks import escalate_follow_ups, write_newsletters

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_what_ran_out_is_seen_until_it_is_cleared():
    """Otherwise nobody is offered a time that was held in vain."""
    place = Place()
    request = place.request(TEN)
    place_hold(request=request, lasting=HOUR, by=place.clerk, now=NOW)
    assert not run_out(THE_CLINIC, now=NOW + HOUR - timedelta(seconds=1)).holds
    assert run_out(THE_CLINIC, now=NOW + HOUR).holds
    expire_holds(by=None, now=NOW + HOUR)
    assert not run_out(THE_CLINIC, now=NOW + HOUR).holds


def test_offers_and_entries_are_seen_on_their_last_day():
    """By the clock of the site: a day there begins hours after or before it does in UTC."""
    place = Place()
    wish = Wish(earliest_date=date(2027, 1, 12), latest_date=date(2027, 1, 14), notice_minutes=10)
    entry = add_to_waitlist(
        patient=builders.make_patient(email="ana@example.org"),
        visit_type=place.kind,
        site=place.site,
        wish=wish,
        by=place.clerk,
        now=NOW,
    )
    offer = offer_time(entry=entry, start_at=TEN, by=place.clerk, now=NOW)
    late = offer.hold.expires_at
    assert not run_out(THE_CLINIC, now=late - timedelta(seconds=1)).offers
    assert run_out(THE_CLINIC, now=late).offers
    expire_offer(offer=offer, by=None, now=late)
    assert not run_out(THE_CLINIC, now=late).offers
    for hours in range(0, 96, 6):
        now = NOW + hours * HOUR
        due = run_out(THE_CLINIC, now=now).entries
        assert due == bool(lapse_entries(site=place.site, by=None, now=now)), now
        if due:
            break
    assert due


def is_kept(now=NOW):
    """Whether the look says so; and there is nothing to settle where it says no."""
    due = has_worklist_to_keep(THE_CLINIC, now=now)
    if not due:
        before = list(WorklistItem.objects.order_by("pk").values())
        settle_worklist(by="worker", now=now)
        assert list(WorklistItem.objects.order_by("pk").values()) == before
    return due


def test_who_fits_again_or_whose_time_is_over_leaves():
    """Otherwise the desk calls somebody whose visit stands."""
    place = Place()
    visit = place.book(TEN)
    assert not is_kept()
    taken = visit.reservations.first().resource
    leave = TimeOff.objects.create(site=place.site, resource=taken, during=(TEN - HOUR, TEN + HOUR))
    sweep_worklist(by="worker", now=NOW)
    assert not is_kept(), "they are on the list, and still stand outside"
    assert is_kept(TEN + HOUR), "the time is over"
    leave.delete()
    assert is_kept(), "they fit again"
    settle_worklist(by="worker", now=NOW)
    assert not is_kept()


@pytest.mark.parametrize("kind", [WorklistKind.RULE, WorklistKind.RUNNING_LATE])
def test_the_list_is_kept_when_something_happened_to_who_is_on_it(kind):
    """A list that is long because nobody works at it costs next to nothing each minute."""
    place = Place()
    visit = place.book(TEN)
    WorklistItem.objects.create(kind=kind, appointment=visit, reason="x", created_at=NOW)
    if kind is WorklistKind.RULE:
        finding = make_finding(
            visit.patient, subject_kind="appointment", subject_key=str(visit.pk), on=TEN.date()
        )
        assert not is_kept()
        Finding.objects.filter(pk=finding.pk).update(state="cleared", cleared_at=NOW)
    else:
        assert not is_kept()
        to = NewPlace(place.site, TEN + HOUR, None)
        move_appointment(appointment=visit, to=to, by=place.clerk, now=NOW + HOUR / 60)
    assert is_kept()
    settle_worklist(by="worker", now=NOW + HOUR / 30)
    assert not WorklistItem.objects.filter(resolved_at=None).exists()


def test_people_to_be_asked_are_seen_until_they_are():
    """Otherwise nobody hears how they are, or what to do at home."""
    shipped_catalogue()
    builders.make_site()
    doctor, patient = builders.make_user(Role.PHYSICIAN), builders.make_patient(email="a@b.example")

    def due():
        found = to_ask(THE_CLINIC, within=AFTERCARE_WITHIN, now=AFTER)
        return found.aftercare, found.questions, has_open_diaries(THE_CLINIC, now=AFTER)

    assert due() == (False, False, False)
    make_procedure(
        patient, doctor, at=AFTER - HOUR, status="signed", aftercare=aftercare_for("epidural")
    )
    assert due() == (True, False, False)
    send_aftercare(limit=10, by=None, now=AFTER)
    assert due() == (False, False, False)
    make_follow_up(patient, due_at=AFTER + DAY, kind="questionnaire")
    assert due() == (False, True, False)
    ask_due(limit=10, by=None, now=AFTER)
    make_follow_up(patient, due_at=AFTER + DAY, step="safety-call")
    assert due() == (False, True, False)
    ask_due(limit=10, by=None, now=AFTER)
    make_follow_up(patient, due_at=AFTER + DAY, kind="diary")
    assert due() == (False, False, True)


def test_nobody_else_asks():
    """What is due names nobody, and is the clinic's own all the same."""
    clerk = builders.make_user()
    with pytest.raises(NotAllowed):
        run_out(clerk, now=NOW)


# Statements of a tick that finds nothing; an action tells history who it is, which is one more.
IDLE = {
    deliver_email: 1,
    deliver_sms: 1,
    note_heartbeat: 2,
    write_newsletters: 2,
    offer_openings: 2,
    look_at_changed_histories: 2,
    look_at_coming_visits: 2,
    prepare: 2,
    answer_texts: 2,
    mark_no_shows: 1,
    escalate_follow_ups: 2,
    ask_how_people_are: 1,
    answer_portal_requests: 1,
    ask_for_diaries: 1,
    clear_expired_holds: 1,
    keep_worklist: 3,
}


@pytest.mark.parametrize("tick", IDLE, ids=lambda tick: tick.__name__)
def test_a_tick_that_finds_nothing_costs_next_to_nothing(tick):
    """There are some two hundred a minute, day and night."""
    builders.make_site()
    with CaptureQueriesContext(connection) as asked:
        tick()
    # One that is prepared shows no text.
    texts = [query["sql"] or "prepared" for query in asked.captured_queries]
    told = [text for text in texts if "SAVEPOINT" not in text]
    assert len(told) <= IDLE[tick], told
