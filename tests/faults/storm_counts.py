"""What was promised in a storm against what is there, and what was due against what arrived."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from tests.faults.test_double_booking import OVERLAPS

# From the last look at a message's row to the yes of whoever takes it.
HANDING_OVER = 2.0
# Seconds between what happened and a hand-over that could not be written down because of it.
KILLS, OUTAGES = 2.0, 8.0


@dataclass(frozen=True)
class Copy:
    """One hand-over of a message: a letter, or a text; `is_lost` if nobody ever saw it."""

    to: str
    words: str
    at: float
    was_told: bool
    is_text: bool = False
    is_lost: bool = False


def handed_over(house):
    """Every copy that was taken, by the row it was, in the order they were taken."""
    found = defaultdict(list)
    mail, carrier = house.mail, house.carrier
    for letters, is_lost in ((mail.letters, False), (mail.lost, True)):
        for one in letters:
            copy = Copy(one.to, one.subject + one.body, one.at, one.was_told, is_lost=is_lost)
            found[int(re.search(r"\d+", one.id).group())].append(copy)
    for texts, is_lost in ((carrier.texts, False), (carrier.lost, True)) if carrier else ():
        for one in texts:
            row = int(re.search(r"message=(\d+)", one.tells).group(1))
            copy = Copy(one.to, one.body, one.at, one.was_told, is_text=True, is_lost=is_lost)
            found[row].append(copy)
    return {row: sorted(copies, key=lambda copy: copy.at) for row, copies in found.items()}


def count(house, told, number):
    """All of it, by name."""
    visits = {
        str(visit): (str(patient), status)
        for visit, patient, status in house.ask(
            "SELECT id, patient_id, status FROM scheduling_appointment"
        )
    }
    rows = house.ask("SELECT id, kind, about, status FROM messaging_message ORDER BY id")
    out = handed_over(house)
    due = [row for row in rows if row[3] != "withdrawn"]
    told_about = Counter((kind, about) for _id, kind, about, _status in rows)
    copies = [found for found in out.values() if len(found) > 1]
    return {
        "acknowledged": len(told.booked),
        "found": sum(visit in visits for visit in told.booked),
        "acknowledged and lost": sum(visit not in visits for visit in told.booked),
        "not acknowledged": number - len(told.booked),
        "refused": told.refused,
        # A visit that is lost itself is not cancelled either.
        "cancelled and lost": sum(
            visits.get(visit, ("", ""))[1] != "cancelled" for visit in told.cancelled
        ),
        "double bookings": house.ask(OVERLAPS)[0][0],
        "people with two visits": _more_than_one(patient for patient, _ in visits.values()),
        "messages due": len(due),
        "handed over": sum(row[0] in out for row in due),
        "of these text messages": sum(out[row[0]][0].is_text for row in due if row[0] in out),
        "messages lost": sum(row[0] not in out for row in due)
        + sum(("appointment_booked", f"appointment:{visit}") not in told_about for visit in visits),
        "parked": sum(row[3] == "parked" for row in rows),
        "duplicates to a person": _more_than_one((kind, about) for _id, kind, about, _ in rows)
        + _more_than_one((c[0].to, c[0].words) for c in out.values()),
        "handed over twice": len(copies),
        "of these after “taken” was said": sum(found[0].was_told for found in copies),
        "handed over twice for no reason": sum(not _explains(house, found[0]) for found in copies),
        "told what was no longer so": _stale(told, out, rows),
    }


def _more_than_one(things):
    return sum(number > 1 for number in Counter(things).values())


def _explains(house, copy):
    """Whether a second copy had to come: nobody could write down that the first one was taken.

    Of a text message never: a phone knows no second copy, so the carrier is asked before.
    """
    if copy.is_text:
        return False
    if not copy.was_told:
        return True
    for at, what, *details in house.deeds:
        worker = what.startswith("kill") and details[0] == "worker"
        database = what in {"stop_postgres", "end_sessions"}
        if (worker and abs(at - copy.at) < KILLS) or (database and abs(at - copy.at) < OUTAGES):
            return True
    return False


def _stale(told, out, rows):
    """Confirmations that went out although their visit had been cancelled before."""
    found = 0
    for row_id, kind, about, _status in rows:
        visit = about.removeprefix("appointment:")
        if kind == "appointment_booked" and visit in told.cancelled:
            late = told.cancelled[visit] + HANDING_OVER
            found += any(copy.at > late for copy in out.get(row_id, ()))
    return found
