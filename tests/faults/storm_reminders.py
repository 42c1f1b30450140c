"""What falls due while a storm blows, without anybody pressing anything: reminders, and nights.

Visits that were booked ten days before, of ten kinds. Each kind has a reminder of its own, so that
the moments to be reminded are spread over the storm; some lie before it, and are caught up with.
"""

from datetime import timedelta

KINDS = 10
BOOKED_BEFORE = timedelta(days=10)
COMES_IN = timedelta(days=2)
# From the first tick of beat to the storm's first fault.
STARTING = timedelta(seconds=12)


def book_to_be_reminded(site, clerk, people, lasts, person):
    """Book for so many people; the ids of their visits. `lasts` is how long the storm does."""
    from django.utils import timezone

    from scheduling.actions.book import BookingRequest, book_appointment
    from scheduling.models import ReminderRule
    from tests import builders

    now = timezone.now()
    # On the clock's half hours, as visits begin.
    begin = (now + COMES_IN).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    kinds = []
    for number in range(KINDS):
        moment = now + STARTING + timedelta(seconds=lasts) * number / KINDS
        kind = builders.make_visit_type(30)
        ReminderRule.objects.create(visit_type=kind, before=begin - moment)
        kinds.append((kind, builders.make_clinician(site)))
        builders.make_resource(site)
    visits = []
    for number in range(people):
        kind, clinician = kinds[number % KINDS]
        start = begin - timedelta(minutes=30) * (number // KINDS)
        request = BookingRequest(person(f"r{number}@example.org"), kind, site, start, clinician)
        made = book_appointment(request=request, by=clerk, now=now - BOOKED_BEFORE)
        visits.append(str(made.pk))
    return visits


NOT_REMINDED = """
    SELECT count(*) FROM unnest(%s::text[]) AS visit
    WHERE NOT EXISTS (
      SELECT FROM messaging_message
      WHERE kind = 'appointment_reminder' AND about = 'appointment:' || visit
    )
"""
# Of each job the newest date; what was overtaken by the next date is done as well.
NIGHTS_LEFT = "SELECT count(*) FROM scheduling_localrun WHERE finished_at IS NULL"
NIGHTS_BEGUN = "SELECT count(DISTINCT job) FROM scheduling_localrun"
NIGHTS_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM scheduling_localrun GROUP BY job, site_id, local_date HAVING count(*) > 1
    ) AS again
"""
NIGHTS_FAILED = "SELECT count(*) FROM scheduling_localrun WHERE last_error <> ''"

# A freed time is asked about once: one opening a cancelled visit, one offer a hold, one open offer
# a person; and nobody waits whose time was freed while it could still be had.
OPENINGS_LOST = """
    SELECT count(*) FROM scheduling_appointment a
    WHERE a.status = 'cancelled' AND NOT EXISTS (
      SELECT FROM scheduling_opening o
      WHERE o.site_id = a.site_id AND o.start_at <= a.start_at AND o.end_at >= a.end_at
    )
"""
OFFERED_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM scheduling_waitlistoffer WHERE status = 'open'
      GROUP BY entry_id HAVING count(*) > 1
    ) AS again
"""
UNTOLD_OFFERS = """
    SELECT count(*) FROM scheduling_waitlistoffer o
    WHERE NOT EXISTS (
      SELECT FROM messaging_message m
      WHERE m.kind = 'waitlist_offer' AND m.about = 'offer:' || o.id
    )
"""


def left(house, reminded):
    """How many of them have not been reminded."""
    return house.ask(NOT_REMINDED, reminded)[0][0]


def counts(house, reminded):
    """Reminders, offers and nights as they stand after the storm."""
    ask = {
        "reminders lost": (NOT_REMINDED, reminded),
        "freed times that nobody looked at": (OPENINGS_LOST,),
        "offered twice": (OFFERED_TWICE,),
        "offers that nobody was told of": (UNTOLD_OFFERS,),
        "nights done twice": (NIGHTS_TWICE,),
        "nights that failed": (NIGHTS_FAILED,),
    }
    offers = house.ask("SELECT count(*) FROM scheduling_waitlistoffer")[0][0]
    nights = house.ask(NIGHTS_BEGUN)[0][0]
    return {"reminders": len(reminded), "offers": offers, "nights": nights} | {
        name: house.ask(*question)[0][0] for name, question in ask.items()
    }
