"""A freed time goes to the first in line, really held, and from one to the next."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.schedule import BEAT_SCHEDULE
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.errors import PatientBusy, PlaceGone, SlotTaken
from scheduling.actions.hold import HoldGone, expire_holds, release_hold
from scheduling.actions.offers import (
    AlreadyAsked,
    OfferOver,
    accept_offer,
    decline_offer,
    expire_offer,
    offer_time,
    withdraw_offer,
)
from scheduling.actions.openings import REST, claim_opening
from scheduling.actions.steps import take_step, undo_step
from scheduling.actions.waitlist import leave_waitlist
from scheduling.domain.states import Step
from scheduling.models import Appointment, Opening, Reservation, TimeOff, VisitType
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.integration.waitlist.conftest import HALF, Line, secret_sent

pytestmark = pytest.mark.django_db
ELEVEN = TEN + 2 * HALF


@pytest.fixture
def place():
    """From ten to noon everything is taken, and before and after nobody is here."""
    place = Line()
    place.site.working_hours.all().delete()
    place.clinician.working_hours.all().delete()
    from datetime import time

    builders.open_daily(place.site, None, (time(10), time(12, 15)))
    builders.open_daily(place.site, place.clinician, (time(10), time(12)))
    place.visits = place.fill(number=4)
    return place


def cancel(place, visit, now=NOW):
    return take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=now)


def offered(place, now=NOW):
    """The one open offer."""
    (offer,) = place.open_offers()
    return offer


def test_a_cancelled_visit_is_offered_to_the_first_in_line(place):
    """Same-day fill: the time is held for them, and they are told until when."""
    first, second = place.wait(at=NOW - timedelta(days=2)), place.wait(at=NOW - timedelta(days=1))
    cancel(place, place.visits[2])
    assert place.tick() == ["Offered to 1."]
    offer = offered(place)
    assert (offer.entry, offer.hold.start_at) == (first, ELEVEN)
    assert offer.hold.patient == first.patient
    with pytest.raises(SlotTaken):
        place.book(ELEVEN)
    message = Message.objects.get(about=f"offer:{offer.pk}")
    assert message.kind == "waitlist_offer"
    assert place.kind.name not in message.body, "what it is called inside may be clinical"
    assert "/public/offers/" in message.body
    assert place.site.phone in message.body
    assert second.offers.count() == 0
    assert place.tick() == []


def test_yes_books_what_was_held(place):
    """The visit stands on the very places that were kept."""
    entry = place.wait()
    cancel(place, place.visits[1])
    place.tick()
    offer = offered(place)
    kept = set(Reservation.objects.filter(hold=offer.hold).values_list("resource_id", flat=True))
    visit = accept_offer(offer=offer, by=None, now=NOW + timedelta(minutes=5))
    taken = set(visit.reservations.values_list("resource_id", flat=True))
    assert (visit.patient, visit.start_at, taken) == (entry.patient, TEN + HALF, kept)
    assert visit.booked_by is None
    entry.refresh_from_db()
    assert (entry.status, entry.appointment) == ("booked", visit)
    assert Message.objects.get(about=f"offer:{offer.pk}").status == "withdrawn"
    assert Message.objects.get(about=f"appointment:{visit.pk}").kind == "appointment_booked"
    again = accept_offer(offer=offer, by=None, now=NOW + timedelta(minutes=6))
    assert again == visit, "an impatient second tap is no error"
    with pytest.raises(OfferOver, match="already said yes"):
        decline_offer(offer=offer, by=None, now=NOW)


def test_no_asks_the_next_and_keeps_their_place(place):
    """A no costs nothing but this one time."""
    first, second = place.wait(at=NOW - timedelta(days=9)), place.wait(at=NOW)
    cancel(place, place.visits[0])
    place.tick()
    decline_offer(offer=offered(place), by=None, now=NOW)
    assert decline_offer(offer=first.offers.get(), by=None, now=NOW).status == "declined"
    assert place.tick() == ["Offered to 1."]
    assert offered(place).entry == second
    decline_offer(offer=offered(place), by=None, now=NOW)
    assert place.tick() == ["Nobody waits."], "nobody is asked twice about the same time"
    first.refresh_from_db()
    assert first.status == "waiting"
    cancel(place, place.visits[3])
    place.tick()
    assert {offer.entry for offer in place.open_offers()} == {first}
    with pytest.raises(OfferOver):
        accept_offer(offer=first.offers.get(status="declined"), by=None, now=NOW)


def test_silence_asks_the_next(place):
    """Whoever does not look at their mail must not keep the time from others."""
    _first, second = place.wait(at=NOW - timedelta(days=9)), place.wait(at=NOW)
    cancel(place, place.visits[0])
    place.tick()
    offer = offered(place)
    assert not expire_offer(offer=offer, by=None, now=offer.hold.expires_at - timedelta(seconds=1))
    late = offer.hold.expires_at
    with pytest.raises(OfferOver):
        accept_offer(offer=offer, by=None, now=late)
    assert expire_offer(offer=offer, by=None, now=late)
    assert not expire_offer(offer=offer, by=None, now=late), "only one worker does it"
    assert place.tick(late) == ["Offered to 1."]
    assert offered(place).entry == second


def test_clearing_holds_first_loses_nobody_s_turn(place):
    """What was offered ends with its offer, so that the next one is asked exactly once."""
    place.wait(at=NOW - timedelta(days=9))
    second = place.wait(at=NOW)
    cancel(place, place.visits[0])
    place.tick()
    offer = offered(place)
    late = offer.hold.expires_at
    assert expire_holds(by=None, now=late) == []
    assert expire_offer(offer=offer, by=None, now=late)
    place.tick(late)
    assert offered(place).entry == second


def test_a_later_visit_is_brought_forward(place):
    """One visit, moved; and its old time is offered to others in turn."""
    (later,) = place.fill(TEN + timedelta(days=3))
    entry = place.wait(patient=later.patient, appointment=later, at=NOW - timedelta(days=5))
    other = place.wait(earliest_date=later.start_at.date())
    cancel(place, place.visits[0])
    place.tick()
    visit = accept_offer(offer=offered(place), by=None, now=NOW)
    assert (visit.pk, visit.start_at) == (later.pk, TEN)
    entry.refresh_from_db()
    assert (entry.status, entry.appointment_id) == ("booked", later.pk)
    told = Message.objects.filter(about=f"appointment:{visit.pk}", status="due")
    assert [message.kind for message in told] == ["appointment_moved"]
    place.tick()
    assert (offered(place).entry, offered(place).hold.start_at.date()) == (
        other,
        (TEN + timedelta(days=3)).date(),
    )


def test_nothing_later_is_offered_to_who_wants_to_come_sooner(place):
    """“Something earlier” does not mean later."""
    place.wait(patient=place.visits[0].patient, appointment=place.visits[0])
    cancel(place, place.visits[3])
    place.tick()
    assert place.open_offers() == []


def test_several_are_asked_while_there_is_room(place):
    """Two hours freed at once are four visits, not one."""
    for _ in range(5):
        place.wait()
    for visit in place.visits:
        cancel(place, visit)
    place.tick()
    starts = sorted(offer.hold.start_at for offer in place.open_offers())
    assert starts == [TEN, TEN + HALF, TEN + 2 * HALF, TEN + 3 * HALF]


def test_whoever_cannot_come_is_passed_over(place):
    """Days, hours, notice, clinician and length decide before the place in line does."""
    other = builders.make_clinician(place.site)
    long = builders.make_visit_type(60, ["clinician"])
    place.wait(weekdays=(1,))
    place.wait(from_time=(TEN + 2 * HALF).time())
    place.wait(notice_minutes=300)
    place.wait(clinician=other)
    place.wait(visit_type=long)
    fits = place.wait(priority=3)
    cancel(place, place.visits[0])
    place.tick()
    assert offered(place).entry == fits


def test_who_died_or_is_busy_then_is_not_asked(place):
    """A message to the dead hurts the living; one to the busy wastes the time."""
    gone = place.wait()
    gone.patient.deceased_date = NOW.date()
    gone.patient.save()
    second = builders.make_clinician(place.site)
    talk = builders.make_visit_type(30, ["clinician"])
    busy = place.wait()
    place.book(TEN, patient=busy.patient, clinician=second, visit_type=talk)
    cancel(place, place.visits[0])
    place.tick()
    assert place.open_offers() == []


def test_without_an_address_somebody_is_asked_to_call(place):
    """Not everybody reads mail; the time is held all the same, and the desk sees whom to call."""
    entry = place.wait(email="")
    cancel(place, place.visits[0])
    place.tick()
    message = Message.objects.get(about=f"offer:{offered(place).pk}")
    assert message.status == "parked"
    assert "by phone" in message.last_error
    assert "/public/" not in message.body, "a key that nobody needs is not kept"
    visit = accept_offer(offer=offered(place), by=place.clerk, now=NOW)
    assert (visit.patient, visit.booked_by) == (entry.patient, place.clerk)


def test_messages_speak_the_person_s_language(place):
    """An offer that is not understood is not answered."""
    entry = place.wait()
    entry.patient.language = "es"
    entry.patient.save()
    cancel(place, place.visits[0])
    place.tick()
    message = Message.objects.get(about=f"offer:{offered(place).pk}")
    assert "Hay una hora libre" in message.subject
    assert "martes" in message.body


def test_the_desk_offers_by_hand_and_takes_back(place):
    """The clerk knows who lives next door."""
    entry, next_door = place.wait(at=NOW - timedelta(days=5)), place.wait()
    cancel(place, place.visits[0])
    offer = offer_time(entry=next_door, start_at=TEN, by=place.clerk, now=NOW)
    assert offer.offered_by == place.clerk
    with pytest.raises(AlreadyAsked):
        offer_time(entry=next_door, start_at=TEN, by=place.clerk, now=NOW)
    assert place.tick() == ["Nobody could come; 1 had said they might."]
    withdraw_offer(offer=offer, by=place.clerk, now=NOW)
    with pytest.raises(OfferOver):
        withdraw_offer(offer=offer, by=place.clerk, now=NOW)
    place.tick()
    assert offered(place).entry == entry, "what is taken back goes to the next, not to the same"


def test_taking_somebody_off_frees_what_was_offered_to_them(place):
    """Whoever does not come any more must not keep a time."""
    entry, second = place.wait(at=NOW - timedelta(days=5)), place.wait()
    cancel(place, place.visits[0])
    place.tick()
    leave_waitlist(entry=entry, by=place.clerk, now=NOW)
    assert entry.offers.get().status == "withdrawn"
    place.tick()
    assert offered(place).entry == second


def test_what_cannot_be_offered_is_refused_in_words(place):
    """The desk reads why."""
    entry = place.wait()
    cancel(place, place.visits[0])
    manager = builders.make_user(Role.MANAGER)
    with pytest.raises(NotAllowed):
        offer_time(entry=entry, start_at=TEN, by=manager, now=NOW)
    with pytest.raises(Invalid, match="too late"):
        offer_time(entry=entry, start_at=TEN, by=place.clerk, now=TEN - timedelta(minutes=12))
    with pytest.raises(SlotTaken):
        offer_time(entry=entry, start_at=ELEVEN, by=place.clerk, now=NOW)
    busy = place.wait(patient=place.visits[2].patient)
    with pytest.raises(PatientBusy):
        offer_time(entry=busy, start_at=ELEVEN, by=place.clerk, now=NOW)
    assert Opening.objects.filter(cause="hold").count() == 0


def test_a_hold_whose_places_were_cleared_is_not_booked_without_them(place):
    """A worker whose clock is ahead may clear them while the yes is on its way."""
    place.wait()
    cancel(place, place.visits[0])
    place.tick()
    offer = offered(place)
    Reservation.objects.filter(hold=offer.hold, resource=place.clinician).delete()
    with pytest.raises(OfferOver):
        accept_offer(offer=offer, by=None, now=NOW)
    with pytest.raises(HoldGone):
        release_hold(hold=offer.hold, by=place.clerk, now=NOW)
    assert Appointment.objects.filter(patient=offer.entry.patient).count() == 0


def test_the_secret_is_kept_nowhere(place):
    """Whoever reads the database must not be able to answer for people."""
    place.wait()
    cancel(place, place.visits[0])
    place.tick()
    offer = offered(place)
    secret = secret_sent(offer)
    assert secret not in str(vars(offer))
    from clinic.messaging.actions.delivery import Outcome, record_outcomes

    message = Message.objects.get(about=f"offer:{offer.pk}")
    record_outcomes(outcomes=[Outcome(message)], by="worker", now=NOW)
    message.refresh_from_db()
    assert message.body == ""


def test_yes_is_refused_when_the_clinician_is_away_since(place):
    """They would come in vain; who is away, and that it is leave, is not theirs to read."""
    place.wait()
    cancel(place, place.visits[0])
    place.tick()
    offer, during = offered(place), DateTimeTZRange(TEN, TEN + HALF)
    TimeOff.objects.create(site=place.site, resource=place.clinician, during=during)
    with pytest.raises(OfferOver, match="not possible any more") as refused:
        accept_offer(offer=offer, by=None, now=NOW)
    assert str(place.clinician) not in refused.value.sentence
    with pytest.raises(PlaceGone, match="closed or away"):
        accept_offer(offer=offer, by=place.clerk, now=NOW)
    TimeOff.objects.all().delete()
    VisitType.objects.update(is_active=False)
    with pytest.raises(OfferOver, match="not possible any more"):
        accept_offer(offer=offer, by=None, now=NOW)
    offer.refresh_from_db()
    assert offer.status == "open"
    assert decline_offer(offer=offer, by=None, now=NOW).status == "declined"


def test_a_time_rests_as_long_as_the_board_offers_to_take_the_cancellation_back(place):
    """Who cancels the wrong visit gets it back, though somebody waits."""
    place.wait()
    visit = place.visits[1]
    cancel(place, visit)
    almost = NOW + REST - timedelta(seconds=1)
    assert claim_opening(by="worker", now=almost) is None
    back = undo_step(appointment=visit, by=place.clerk, now=almost)
    assert back.status == "booked"
    assert place.tick(almost) == ["Nobody could come; 1 had said they might."]
    assert place.open_offers() == []


def test_what_somebody_says_no_to_does_not_rest(place):
    """Nobody takes a no back with one key, and the day goes on."""
    place.wait()
    cancel(place, place.visits[1])
    place.tick()
    decline_offer(offer=offered(place), by=None, now=NOW)
    assert claim_opening(by="worker", now=NOW) is not None


def test_the_rest_and_the_clockwork_leave_time_for_the_first_offer_in_ten_seconds():
    """Same-day fill is the goal: both numbers are changed together or not at all."""
    period = BEAT_SCHEDULE["offer-openings"]["schedule"]
    assert REST.total_seconds() + period <= 8
