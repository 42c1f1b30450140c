"""Booking for oneself: nothing skipped, nothing lost, and never past an emergency."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from clinic.accounts.roles import Role
from patients.models import PortalAccess
from scheduling.models import Appointment, BookingIntent, Hold, Reservation, Site, TimeOff
from tests import builders, record_builders
from tests.portal_builders import FEVER, NIGHT_PAIN, Portal, later, local
from tests.rule_builders import CAP, SADDLE, file_rules
from tests.security.clients import client_of
from treatments.actions.alarms import settle_alarm
from treatments.models import CatalogueEntry, Finding, FollowUp, WellBeing

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal():
    return Portal()


def test_six_taps_lead_from_the_first_question_to_a_visit_of_today(portal):
    """Somebody in pain gives up before the ninth tap."""
    start = portal.phone.get(portal.url("book"))
    assert start.url == portal.step("signs-1")
    assert portal.answer_all().url == portal.step("reason")
    assert portal.choose_kind().url == portal.step("times")
    slot = portal.times()[0]
    assert portal.hold(slot).url == portal.step("confirm")
    done = portal.phone.post(
        portal.step("confirm"), {"hold": portal.held(), "reason": "My  left\nleg"}
    )
    visit = Appointment.objects.get()
    assert done.url == portal.url("visit-booked", visit.pk)
    assert (visit.reason, visit.booked_by) == ("My left leg", None)
    assert visit.start_at - portal.now < timedelta(hours=1)
    page = portal.phone.get(done.url).content.decode()
    assert "It is booked" in page
    intent = BookingIntent.objects.get()
    assert (intent.by, intent.appointment, intent.ended_as) == (portal.user, visit, "booked")
    assert not Finding.objects.exists()
    # Back to the last page, and once more: it is one visit, and it is shown.
    assert portal.phone.get(portal.step("confirm")).url == portal.url("visit", visit.pk)
    again = portal.phone.post(portal.step("confirm"), {"hold": str(intent.hold_id)})
    assert again.url == done.url
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("step", ["signs-2", "signs-3", "reason", "site", "times", "confirm"])
def test_no_question_is_skipped(portal, step):
    """An address that is typed must not lead around a red flag, nor must a form."""
    there = portal.phone.get(portal.step(step))
    assert there.url == portal.step("signs-1")
    slot = f"{portal.now.isoformat()}/{portal.clinician.pk}"
    everything = {"answer": "none", "kind": portal.kind.code, "slot": slot, "hold": str(uuid4())}
    answered = portal.phone.post(portal.step(step), everything | {"site": portal.site.pk})
    assert answered.status_code in {302, 404}
    assert not Hold.objects.exists()
    assert not BookingIntent.objects.exists()


def test_an_emergency_reaches_no_booking_on_any_way(portal):
    """The answer is changed, another tab is used, an old time is kept: none of it helps."""
    other_tab = client_of(portal.user)
    portal.answer_all(phone=other_tab)
    portal.choose_kind(phone=other_tab)
    slot, second = portal.times(phone=other_tab)[:2]
    portal.hold(slot, phone=other_tab)
    held = portal.held(phone=other_tab)
    stopped = portal.say(1, "saddle-numbness")
    assert stopped.url == portal.url("book")
    page = portal.phone.get(stopped.url).content.decode()
    assert 'href="tel:911"' in page
    assert portal.site.phone in page
    assert Hold.objects.get().status == "released"
    home = portal.phone.get(portal.url("home")).content.decode()
    assert home.index("Please get help now") < home.index('class="choices"')
    assert 'href="tel:911"' in home
    for phone in (portal.phone, other_tab, client_of(portal.let_in(portal.patient))):
        for step in ("signs-1", "reason", "times", "confirm"):
            assert phone.get(portal.step(step)).url == portal.url("book")
        for step, said in (
            ("signs-1", {"answer": "none"}),
            ("reason", {"kind": portal.kind.code}),
            ("times", {"slot": second}),
            ("confirm", {"hold": held}),
        ):
            assert phone.post(portal.step(step), said).url == portal.url("book")
        assert phone.get(portal.url("waitlist-join")).url == portal.url("book")
    assert not Appointment.objects.exists()
    assert BookingIntent.objects.get().ended_as == "emergency"


@pytest.mark.parametrize(
    ("words", "language", "named"),
    [
        ("I cannot hold my urine since today", "en", "This sounds urgent"),
        ("No puedo respirar bien", "es", "Esto parece urgente"),
    ],
)
def test_words_that_name_a_danger_are_asked_about_before_they_are_booked(
    portal, words, language, named
):
    """Who ticked “none of these” and writes it nevertheless must not be told “see you tomorrow”."""
    portal.phone.cookies["language"] = language
    portal.answer_all()
    portal.choose_kind()
    portal.hold(portal.times()[0])
    said = {"hold": portal.held(), "reason": words}
    asked = portal.phone.post(portal.step("confirm"), said)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert named in page
    assert "tel:911" in page
    assert words in page, "nothing that was typed is lost"
    assert portal.step("signs-1") in page
    assert not Appointment.objects.exists()
    booked = portal.phone.post(portal.step("confirm"), said | {"is_not_so": "on"})
    assert booked.status_code == 302
    assert Appointment.objects.get().reason == words


def test_what_was_ticked_is_not_asked_about_again(portal):
    """Who said that they have a fever, and is seen today, may write it down as well."""
    portal.answer_all("fever")
    portal.choose_kind()
    portal.hold(portal.times()[0])
    said = {"hold": portal.held(), "reason": "I have a fever of 39"}
    assert portal.phone.post(portal.step("confirm"), said).status_code == 302
    assert Appointment.objects.count() == 1


def test_an_emergency_is_told_to_the_clinic_and_ends_when_a_physician_has_settled_it(portal):
    """Somebody has to call them; then they may book again, and are asked anew."""
    portal.say(1, "saddle-numbness")
    alarm = WellBeing.objects.get()
    assert (alarm.urgency, alarm.flags) == ("emergency", ["saddle-numbness"])
    assert Finding.objects.get().urgency == "emergency"
    assert FollowUp.objects.get().owner_role == Role.FRONT_DESK
    physician = builders.make_user(Role.PHYSICIAN)
    settle_alarm(alarm=alarm, outcome="Went to the hospital", by=physician, now=portal.now)
    assert portal.phone.get(portal.url("book")).url == portal.step("signs-1")
    portal.book()
    assert Appointment.objects.count() == 1


def test_who_should_be_seen_today_is_shown_today_only(portal):
    """A fever does not wait until next week, whatever the form says."""
    portal.answer_all("fever")
    portal.choose_kind()
    assert BookingIntent.objects.get().urgency == "same_day"
    today = portal.now.astimezone(portal.site.zone).date()
    assert {local(slot, portal.site).date() for slot in portal.times()} == {today}
    late = (portal.now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    refused = portal.hold(f"{late.isoformat()}/{portal.clinician.pk}")
    assert refused.status_code == 409
    assert not Hold.objects.exists()
    assert Finding.objects.get().urgency == "same_day"


def test_two_phones_want_one_time(portal):
    """The slower one gets fresh times, and is told kindly."""
    other = Portal.__new__(Portal)
    other.__dict__ |= vars(portal)
    other.patient = builders.make_patient("Bo")
    other.user = other.let_in(other.patient)
    other.phone = client_of(other.user)
    slots = []
    for side in (portal, other):
        side.answer_all()
        side.choose_kind()
        slots.append(side.times()[0])
    assert slots[0] == slots[1]
    assert portal.hold(slots[0]).status_code == 302
    lost = other.hold(slots[1])
    assert lost.status_code == 409
    assert "That time was just taken" in lost.content.decode()
    assert slots[1] not in lost.content.decode()
    # A hold that is not theirs is not booked.
    stolen = other.phone.post(other.step("confirm"), {"hold": portal.held()})
    assert stolen.status_code in {302, 409}
    assert not Appointment.objects.exists()


def test_a_time_that_ran_out_loses_nothing_that_was_typed(portal):
    """Ten minutes are over while they looked for their glasses."""
    portal.answer_all()
    portal.choose_kind()
    portal.hold(portal.times()[0])
    held = portal.held()
    Hold.objects.update(expires_at=portal.now - timedelta(seconds=1))
    Reservation.objects.update(expires_at=portal.now - timedelta(seconds=1))
    refused = portal.phone.post(portal.step("confirm"), {"hold": held, "reason": "My knee"})
    assert refused.status_code == 409
    assert "10 minutes" in refused.content.decode()
    assert "10 minutes" in portal.phone.get(portal.step("confirm")).content.decode()
    portal.hold(portal.times()[0])
    assert "My knee" in portal.phone.get(portal.step("confirm")).content.decode()


def test_who_gives_up_frees_the_time_at_once_and_begins_anew(portal):
    """Somebody else may be waiting for just this time; pressed twice, it is given up."""
    portal.answer_all()
    portal.choose_kind()
    slot = portal.times()[0]
    portal.hold(slot)
    for _press in range(2):
        assert portal.phone.post(portal.url("book")).url == portal.url("home")
    assert Hold.objects.get().status == "released"
    assert BookingIntent.objects.get().ended_as == "left"
    assert portal.phone.get(portal.step("confirm")).url == portal.step("signs-1")
    portal.answer_all()
    portal.choose_kind()
    assert slot in portal.times()


def test_a_booking_that_was_left_for_half_an_hour_begins_anew(portal):
    """Yesterday's answers about red flags say nothing about today."""
    portal.answer_all()
    BookingIntent.objects.update(expires_at=portal.now - timedelta(seconds=1))
    assert portal.phone.get(portal.step("reason")).url == portal.step("signs-1")
    assert portal.choose_kind().url == portal.step("signs-1")


def test_nobody_fills_the_calendar(portal):
    """Ten visits of one person: three, and then a kind word and a phone."""
    for _number in range(10):
        portal.book() if Appointment.objects.count() < 3 else portal.phone.get(portal.url("book"))
    assert Appointment.objects.count() == 3
    told = portal.phone.get(portal.url("book"))
    assert told.status_code == 409
    assert portal.site.phone in told.content.decode()
    # Not by the back door either: a form that was left open.
    BookingIntent.objects.filter(ended_as="booked").update(started_at=portal.now)
    portal.answer_all()
    portal.choose_kind()
    assert portal.hold(portal.times()[0]).status_code == 409
    Site.objects.update(most_online_visits=4)
    portal.book()
    assert Appointment.objects.count() == 4


def test_another_person_s_record_is_one_that_does_not_exist(portal):
    """The id in the address is no key."""
    stranger = client_of(portal.let_in(builders.make_patient("Eve")))
    for name, more in (("book", ()), ("book-step", ("signs-1",)), ("visits", ()), ("waitlist", ())):
        assert stranger.get(portal.url(name, *more)).status_code == 404
    assert stranger.post(portal.step("signs-1"), {"answer": "none"}).status_code == 404
    assert stranger.post(portal.step("reason"), {"kind": portal.kind.code}).status_code == 404
    assert not BookingIntent.objects.exists()


def test_a_proxy_books_for_the_child_and_each_has_their_own_way(portal):
    """Two grown-ups with two phones do not answer for each other."""
    mother = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=mother, patient=portal.patient, relationship="carer")
    phone = client_of(mother)
    portal.answer_all()
    assert phone.get(portal.step("reason")).url == portal.step("signs-1")
    portal.book(phone=phone)
    assert BookingIntent.objects.get(ended_as="booked").by == mother


def test_what_is_not_booked_online_is_refused(portal):
    """A form can say anything."""
    hidden = builders.make_visit_type(30)
    portal.answer_all()
    refused = portal.phone.post(portal.step("reason"), {"kind": hidden.code})
    assert refused.status_code == 422
    assert hidden.name not in portal.phone.get(portal.step("reason")).content.decode()
    portal.choose_kind()
    elsewhere = builders.make_clinician(builders.make_site())
    slot = portal.times()[0].split("/")[0]
    assert portal.hold(f"{slot}/{elsewhere.pk}").status_code == 422
    assert not Hold.objects.exists()


def test_the_desk_reads_what_was_said(portal):
    """The answers stand at the visit as the person's own."""
    portal.answer_all("night-pain")
    portal.choose_kind()
    portal.hold(portal.times()[0])
    portal.phone.post(portal.step("confirm"), {"hold": portal.held()})
    visit = Appointment.objects.get()
    page = client_of(builders.make_user()).get(reverse("desk:visit", args=[visit.pk]))
    told = page.content.decode()
    assert "Said before booking online" in told
    assert "Online" in told
    assert "wakes one at night" in told


def test_the_page_of_times_asks_few_questions(portal, django_assert_max_num_queries):
    """However many times there are."""
    portal.answer_all()
    portal.choose_kind()
    for _number in range(4):
        builders.make_clinician(portal.site)
        builders.make_resource(portal.site)
    with django_assert_max_num_queries(25):
        page = portal.phone.get(portal.step("times"))
    assert len(page.content) < 60_000


def test_a_rule_that_asks_for_patience_says_until_when_and_why(portal):
    """Kindly, without a clinical word, and with another way."""
    entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    file_rules(SADDLE, FEVER, NIGHT_PAIN, CAP)
    portal.kind = portal.make_kind(treatment=entry, region="lumbar")
    physician = builders.make_user(Role.PHYSICIAN)
    for days in (60, 120, 200, 350):
        at = portal.now - timedelta(days=days)
        record_builders.make_procedure(portal.patient, physician, at=at, status="signed")
    portal.answer_all()
    portal.choose_kind()
    page = portal.phone.get(portal.step("times")).content.decode()
    assert "There is a limit to how many of these visits fit in a year." in page
    assert "This visit can be from" in page
    assert CAP["message"] not in page
    assert CAP["desk_message"] not in page
    oldest = (portal.now - timedelta(days=350)).astimezone(portal.site.zone).date()
    earliest = oldest.replace(year=oldest.year + 1)
    assert min(local(slot, portal.site).date() for slot in portal.times()) >= earliest
    soon = f"{later(portal.now, days=1).isoformat()}/{portal.clinician.pk}"
    refused = portal.hold(soon)
    assert refused.status_code == 409
    assert "has to wait a little longer" in refused.content.decode()


def test_where_nothing_is_free_there_is_still_a_way(portal):
    """The reason in plain words, the waitlist, and the phone."""
    TimeOff.objects.create(
        site=portal.site,
        resource=portal.clinician,
        during=(portal.now - timedelta(days=1), portal.now + timedelta(days=300)),
    )
    portal.answer_all()
    portal.choose_kind()
    page = portal.phone.get(portal.step("times")).content.decode()
    assert "Nobody who does this works on these days." in page
    assert portal.url("waitlist-join") in page
    assert f"tel:{portal.site.phone}" in page


def test_with_several_sites_one_is_chosen(portal):
    """And with one there is no such question."""
    other = builders.make_site(portal.site.time_zone)
    builders.make_clinician(other)
    builders.make_resource(other)
    portal.answer_all()
    assert portal.choose_kind().url == portal.step("site")
    assert portal.phone.get(portal.step("times")).url == portal.step("site")
    chosen = portal.phone.post(portal.step("site"), {"site": other.pk})
    assert chosen.url == portal.step("times")
    assert other.name in portal.phone.get(portal.step("times")).content.decode()
    assert portal.phone.post(portal.step("site"), {"site": 10**6}).status_code == 422


def test_times_are_narrowed_and_remembered(portal):
    """Mornings, with somebody by name: the phone may die and it still stands so."""
    builders.make_clinician(portal.site)
    portal.answer_all()
    portal.choose_kind()
    wish = {"part": "morning", "clinician": portal.clinician.pk}
    assert portal.phone.post(portal.step("times"), wish).url == portal.step("times")
    assert {slot.split("/")[1] for slot in portal.times()} == {f"{portal.clinician.pk}"}
    assert all(local(slot, portal.site).hour < 12 for slot in portal.times())
    intent = BookingIntent.objects.get()
    assert (intent.part, intent.clinician) == ("morning", portal.clinician)


def test_who_should_be_seen_today_is_not_put_on_a_list(portal):
    """Nothing is free: then it is the phone, and not two weeks of waiting."""
    TimeOff.objects.create(
        site=portal.site,
        resource=portal.clinician,
        during=(portal.now - timedelta(days=1), portal.now + timedelta(days=3)),
    )
    portal.answer_all("fever")
    portal.choose_kind()
    page = portal.phone.get(portal.step("times")).content.decode()
    assert "Please call us now" in page
    assert f"tel:{portal.site.phone}" in page
    assert portal.url("waitlist-join") not in page
    assert portal.phone.get(portal.url("waitlist-join")).url == portal.step("times")


def test_a_time_that_no_button_says_tells_nothing_of_the_clinic(portal):
    """What staff call a visit is clinical, and no patient's business."""
    portal.answer_all()
    portal.choose_kind()
    odd = (portal.now + timedelta(days=1)).replace(minute=7)
    for slot in (f"{odd.isoformat()}/", f"{odd.replace(year=odd.year - 1).isoformat()}/", "x/y"):
        refused = portal.hold(slot)
        assert refused.status_code == 422
        assert portal.kind.name not in refused.content.decode()
