"""Every page of the portal, by the address that the browser tests look at, and what is on it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from string import Formatter

from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.messaging.models import Channel
from clinic.shared.errors import DomainError
from patients.actions.proofs import send_contact_code
from patients.actions.threads import Letter, Opening, answer_thread
from patients.domain.consent_texts import TEXTS
from patients.models import Patient, PortalAccess
from patients.models.thread import ThreadTopic
from scheduling.models import Appointment, Site, VisitType
from tests.browser.pages import PAGES
from treatments.actions.letters import send_first_letter
from treatments.domain.intake import Subject
from treatments.models import Consultation, Procedure

OWN = "/patient/{patient}/"
# A whole record comes as a page too, to whoever signed in a moment ago: these are asked for first.
FRESH = [f"{OWN}my-data/record.html", f"{OWN}my-data/record.json"]
# Subjects and texts have a page each under one address.
FURTHER = [
    *(f"{OWN}intake/{subject}/" for subject in Subject),
    *(f"{OWN}consents/{key}/" for key in TEXTS),
]
_FIRST_QUESTION = f"{OWN}book/signs-1/"
FIXED = [
    address
    for address in dict.fromkeys([*FRESH, *PAGES[Role.PATIENT], *FURTHER])
    if address.startswith(OWN) and address != _FIRST_QUESTION
]


@dataclass(frozen=True)
class Record:
    """A record as its person sees it: what stands in the addresses of its pages."""

    name: str
    ids: Mapping[str, object]

    def addresses(self) -> dict[str, str]:
        """The pages that this record has, by the address that they are listed under."""
        return {
            page: page.format(**self.ids)
            for page in FIXED
            if all(self.ids.get(name) for _text, name, *_more in Formatter().parse(page) if name)
        }


def records(user: User, now: datetime) -> list[Record]:
    """The user's own, and one with a long story, whose carer they become."""
    told = Procedure.objects.filter(treatment_id="kyphoplasty").order_by("id").first()
    own = user.portal_accesses.get(relationship="self").patient
    others = [told.patient] if told else []
    for patient in others:
        PortalAccess.objects.get_or_create(
            user=user, patient=patient, defaults={"relationship": "carer"}
        )
    named = zip(("own", "long story"), (own, *others), strict=False)
    return [Record(name, _ids(patient, user, now)) for name, patient in named]


def _ids(patient: Patient, user: User, now: datetime) -> dict[str, object]:
    told = {"channel": Channel.EMAIL, "address": "new@example.org"}
    # The page that asks for a code is there once one was sent; so many are sent and no more.
    with suppress(DomainError):
        send_contact_code(patient=patient, by=user, now=now, **told)
    visits = Appointment.objects.filter(patient=patient).order_by("start_at")
    procedures = Procedure.objects.filter(patient=patient, record_status="signed")
    signed = Consultation.objects.filter(patient=patient, record_status="signed").first()
    return {
        "patient": patient.pk,
        "visit": _first(visits.filter(start_at__gt=now, status__in=["booked", "confirmed"])),
        "past": _past(patient, user, now),
        "signed": signed and signed.pk,
        "done": _first(procedures),
        "block": _first(procedures.filter(purpose="diagnostic")),
        "thread": _thread(patient, user, now),
    }


def _first(rows):
    found = rows.first()
    return found and found.pk


def _past(patient: Patient, user: User, now: datetime) -> object:
    """A visit of last month. The demo's calendar begins today."""
    done = Appointment.objects.filter(patient=patient, status="completed").first()
    if done is None:
        begin = now - timedelta(days=30)
        done = Appointment.objects.create(
            patient=patient,
            visit_type=VisitType.objects.get(code="follow-up"),
            site=Site.objects.order_by("id").first(),
            start_at=begin,
            end_at=begin + timedelta(minutes=20),
            status="completed",
            status_at=begin,
            booked_by=user,
        )
    return done.pk


def _thread(patient: Patient, user: User, now: datetime) -> object:
    """A question of theirs and the clinic's answer; what was written before is kept."""
    site = Site.objects.order_by("id").first()
    there = patient.threads.first()
    if there is not None:
        return there.pk
    letter = Letter("May I take a walk after the injection?", now + timedelta(days=2))
    opening = Opening(ThreadTopic.APPOINTMENT, "A question", site.team)
    sent = send_first_letter(patient=patient, opening=opening, letter=letter, by=user, now=now)
    desk = User.objects.get(email="desk@dorsa.example")
    answer_thread(thread=sent.thread, body="Yes, please do.", zone=site.zone, by=desk, now=now)
    return sent.thread.pk


class Booking:
    """The way through a booking, one question after the other, as somebody's phone goes it."""

    def __init__(self, phone, address: str, record: Record) -> None:
        self._phone, self._address, self._patient = phone, address, record.ids["patient"]

    def leave(self) -> None:
        """Begin anew."""
        self._post(reverse("patient:book", args=[self._patient]), {})

    def steps(self):
        """The pages, each while it is the one that is open; the last is never sent."""
        self.leave()
        seen: set[str] = set()
        while True:
            answer = self._phone.get(self._address + reverse("patient:book", args=[self._patient]))
            path = answer.url.removeprefix(self._address)
            name = path.rstrip("/").rpartition("/")[2]
            if "/book/" not in path or name == "book" or path in seen:
                return
            seen.add(path)
            yield f"{OWN}book/{name}/", path
            if name == "times":
                yield f"{OWN}waitlist/join/", reverse("patient:waitlist-join", args=[self._patient])
            if name == "confirm":
                return
            self._post(path, _answer_to(name, answer.text))

    def _post(self, path: str, said: dict[str, str]) -> None:
        page = self._phone.get(self._address + path).text
        hidden = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page))
        # Django writes its token the other way round, and in plain quotes as well.
        hidden |= {name: unescape(value) for name, value in hidden.items()}
        self._phone.post(self._address + path, data=hidden | said).raise_for_status()


def _answer_to(step: str, page: str) -> dict[str, str]:
    """What somebody chooses who has no red flag: the first there is."""
    if step.startswith("signs-"):
        return {"answer": "none"}
    field = {"reason": "kind", "site": "site", "times": "slot"}[step]
    found = re.search(rf'name="{field}"\s+value="([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"“{step}” has nothing to choose.")
    return {field: unescape(found[1])}
