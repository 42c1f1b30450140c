"""A clinic with a full morning, and people who would like to come sooner."""

import re
from datetime import date, timedelta

import pytest

from clinic.messaging.models import Message
from scheduling.actions.openings import REST, claim_opening, settle_opening
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import WaitlistOffer
from scheduling.tasks.waitlist import offer_opening
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

HALF = timedelta(minutes=30)


class Line(Place):
    """A place, and the words the tests about the waitlist say again and again."""

    def wait(self, *, email="ana@example.org", patient=None, appointment=None, at=NOW, **wish):
        fields = {"earliest_date": date(2027, 1, 12), "latest_date": date(2027, 2, 12)}
        return add_to_waitlist(
            patient=patient or builders.make_patient(email=email),
            visit_type=wish.pop("visit_type", self.kind),
            site=self.site,
            wish=Wish(**fields | {"notice_minutes": 10} | wish),
            appointment=appointment,
            by=self.clerk,
            now=at,
        )

    def fill(self, begin=TEN, number=1):
        """The clinician's time is taken, so that only what is freed is free."""
        return [self.book(begin + n * HALF) for n in range(number)]

    def tick(self, now=NOW):
        """What the worker does when all that was freed has rested; the outcomes."""
        said = []
        while (opening := claim_opening(by="worker", now=now + REST)) is not None:
            said.append(offer_opening(opening, now))
            settle_opening(opening=opening, outcome=said[-1], by="worker", now=now)
        return said

    def open_offers(self):
        return list(WaitlistOffer.objects.filter(status="open").order_by("offered_at", "pk"))


def secret_sent(offer):
    body = Message.objects.get(about=f"offer:{offer.pk}").body
    return re.search(r"/public/offers/([\w-]+)/", body)[1]


@pytest.fixture
def clinic():
    return Line()
