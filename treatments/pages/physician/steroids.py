"""The clinician: how much steroid somebody was given."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.domain.steroids import THREE_YEARS_LINE, YEAR_LINE, Ledger
from treatments.pages.physician.doors import opens_chart
from treatments.queries.record import record_header
from treatments.queries.steroids import steroid_ledger

# The width of a bar's drawing; the line of information stands at two thirds or less of it.
WIDTH = 600


@dataclass(frozen=True)
class Bar:
    """One sum as a bar with its line. `length` and `line_at` are in units of the drawing."""

    label: str
    since: object
    total: Decimal
    line: Decimal
    length: int
    line_at: int

    @property
    def is_over(self) -> bool:
        """Whether the sum is above the line."""
        return self.total > self.line


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def steroids(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The ledger of today: sums, what they leave out, and every injection."""
    now = timezone.localtime()
    header = record_header(request.user, patient_id, now=now)
    found = steroid_ledger(request.user, patient_id, on=now.date(), now=now)
    context = {
        "record": header,
        "tab": "steroids",
        "ledger": found,
        "bars": bars_of(found),
        "width": WIDTH,
    }
    return render(request, "treatments/physician/steroids.html", context)


def bars_of(found: Ledger) -> list[Bar]:
    """Both sums, drawn to their own scale."""
    return [
        _bar("12 months", found.year_from, found.year, YEAR_LINE),
        _bar("3 years", found.three_years_from, found.three_years, THREE_YEARS_LINE),
    ]


def _bar(label: str, since: object, total: Decimal, line: Decimal) -> Bar:
    whole = max(total, line * Decimal("1.5"))
    return Bar(label, since, total, line, int(total * WIDTH / whole), int(line * WIDTH / whole))
