"""What a visit is called in what a person reads: in their language, or not at all in a message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.models import Message
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.links import share_visits
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import offer_time
from scheduling.actions.visit_texts import visit_text
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.feeds import calendar_feed
from tests import builders
from tests.integration.portal.words import own
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db

ENGLISH, SPANISH = "Wellness talk", "Charla de salud"


@pytest.fixture
def site():
    site = builders.make_site()
    builders.make_clinician(site)
    builders.make_resource(site)
    return site


@pytest.fixture
def kind(site):
    kind = builders.make_visit_type(public_name_es=SPANISH)
    kind.public_name = ENGLISH
    kind.save()
    return kind


@pytest.fixture
def luz():
    patient = builders.make_patient("Luz", email="luz@example.org")
    type(patient).objects.filter(pk=patient.pk).update(language="es")
    return type(patient).objects.get(pk=patient.pk)


def booked(patient, kind, site, now):
    slots = free_slots(
        builders.make_user(),
        SlotSearch(kind, [site], now + timedelta(days=2), now + timedelta(days=4)),
        now=now,
    )
    request = BookingRequest(patient, kind, site, slots[0].start_at)
    return book_appointment(request=request, by=builders.make_user(), now=now), slots


def test_messages_say_it_in_spanish(luz, kind, site):
    """Booked, moved, reminded, offered: an English word in between is a word not understood."""
    now = timezone.now()
    visit, slots = booked(luz, kind, site, now)
    to = NewPlace(site, slots[-1].start_at)
    move_appointment(appointment=visit, to=to, by=builders.make_user(), now=now)
    today = now.date()
    wish = Wish(today, today + timedelta(days=9))
    entry = add_to_waitlist(
        patient=luz, visit_type=kind, site=site, wish=wish, by=builders.make_user(), now=now
    )
    offer_time(entry=entry, start_at=slots[3].start_at, by=None, now=now)
    bodies = [message.body for message in Message.objects.order_by("id")]
    bodies.append(visit_text("scheduling/messages/appointment_reminder", visit, link="x").body)
    assert len(bodies) == 4
    for body in bodies:
        assert SPANISH in body, body
        assert ENGLISH not in body


def test_without_a_spanish_name_a_message_names_nothing(luz, kind, site):
    """Half a message in English is worse than a time and a place."""
    type(kind).objects.filter(pk=kind.pk).update(public_name_es="")
    kind.refresh_from_db()
    booked(luz, kind, site, timezone.now())
    body = Message.objects.get().body
    assert ENGLISH not in body
    assert "\n\n\n" not in body


def test_pages_and_calendars_say_it_in_spanish(luz, kind, site):
    """The list before a visit and the calendar of the phone, as the booking itself did."""
    now = timezone.now()
    booked(luz, kind, site, now)
    user = own(luz)
    page = client_of(user).get(f"/patient/{luz.pk}/before/").content.decode()
    assert SPANISH in page
    assert ENGLISH not in page
    made = share_visits(patient=luz, by=user, now=now)
    entries = calendar_feed(THE_CLINIC, made.secret, seen=(), now=now).entries
    assert [entry.summary for entry in entries] == [SPANISH]
