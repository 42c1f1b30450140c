"""A clinic in which people book for themselves, and one of them with a phone."""

import re
from datetime import UTC, datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import PortalAccess
from tests import builders, record_builders
from tests.rule_builders import SADDLE, file_rules
from tests.security.clients import client_of

FEVER = SADDLE | {
    "id": "rf-infection",
    "urgency": "same_day",
    "params": {"states": ["fever"]},
    "message": "May be an infection.",
    "desk_message": "Today. A clinician must speak with them.",
}
NIGHT_PAIN = SADDLE | {
    "id": "rf-cancer-general",
    "severity": "warn",
    "urgency": "urgent",
    "params": {"states": ["night-pain"]},
    "message": "Tests within days.",
    "desk_message": "Soon.",
}


def slots_in(page):
    """The times on a page, as its buttons send them."""
    return re.findall(r'name="slot"\s+value="([^"]+)"', page.content.decode())


def local(slot, site):
    """When a time of a page is, by the clock of the site."""
    return datetime.fromisoformat(slot.split("/")[0]).astimezone(site.zone)


class Portal:
    """One site that is open all day, where it is about noon, two kinds of visits, and Ana."""

    def __init__(self):
        record_builders.shipped_catalogue()
        file_rules(SADDLE, FEVER, NIGHT_PAIN)
        self.now = timezone.now()
        # No visit of today or tomorrow may fall into midnight, whatever hour the tests run at.
        offset = 12 - self.now.astimezone(UTC).hour
        self.site = builders.make_site(f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT")
        self.clinician = builders.make_clinician(self.site)
        builders.make_resource(self.site)
        self.kind = self.make_kind(rank=1)
        self.make_kind(rank=2)
        self.patient = builders.make_patient(email="ana@example.org")
        self.user = self.let_in(self.patient)
        self.phone = client_of(self.user)

    def make_kind(self, **more):
        """A kind of visit that people book by themselves."""
        online = {"is_bookable_online": True, "public_name_es": "Visita"}
        return builders.make_visit_type(30, **online | more)

    def let_in(self, patient):
        """Somebody who sees this record in the portal."""
        user = builders.make_user(Role.PATIENT)
        PortalAccess.objects.create(user=user, patient=patient)
        return user

    def url(self, name, *more):
        return reverse(f"patient:{name}", args=[self.patient.pk, *more])

    def step(self, step):
        return self.url("book-step", step)

    def say(self, page, *flags, phone=None):
        """Answer one page of red flags; none of them by default."""
        said = {"answer": "some" if flags else "none", "fits": list(flags)}
        return (phone or self.phone).post(self.step(f"signs-{page}"), said)

    def answer_all(self, *flags, phone=None):
        """All three pages; each flag on its own page."""
        pages = {"saddle-numbness": 1, "fever": 2, "night-pain": 3}
        for page in (1, 2, 3):
            mine = [flag for flag in flags if pages[flag] == page]
            answered = self.say(page, *mine, phone=phone)
        return answered

    def choose_kind(self, phone=None):
        return (phone or self.phone).post(self.step("reason"), {"kind": self.kind.code})

    def times(self, phone=None):
        """The times on the page, as the buttons send them."""
        return slots_in((phone or self.phone).get(self.step("times")))

    def hold(self, slot, phone=None):
        return (phone or self.phone).post(self.step("times"), {"slot": slot})

    def held(self, phone=None):
        """The id of the hold on the page that asks whether it is right."""
        page = (phone or self.phone).get(self.step("confirm")).content.decode()
        return re.search(r'name="hold"\s+value="([^"]+)"', page)[1]

    def book(self, slot=None, phone=None):
        """All of it, from the first question to the visit."""
        self.answer_all(phone=phone)
        self.choose_kind(phone=phone)
        self.hold(slot or self.times(phone=phone)[0], phone=phone)
        held = {"hold": self.held(phone=phone)}
        return (phone or self.phone).post(self.step("confirm"), held)


def later(now, **more):
    """An instant on the grid of ten minutes."""
    at = (now + timedelta(**more)).astimezone(UTC)
    return at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
