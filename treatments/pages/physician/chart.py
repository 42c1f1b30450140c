"""The clinician: a person's chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.pages.physician.doors import opens_chart
from treatments.pages.physician.timeline import drawing, rows
from treatments.queries.alarms import alarms_of
from treatments.queries.chart import chart as read_chart
from treatments.queries.findings import explained_findings
from treatments.queries.follow_ups import open_follow_ups
from treatments.queries.hold_plans import plans_of
from treatments.queries.intakes import read_intake
from treatments.queries.story import PERIODS, Period


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def chart(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What must be known first; then the story in a picture, what goes on, and the past."""
    asked, now = request.GET.get("period", ""), timezone.now()
    found = read_chart(
        request.user,
        patient_id,
        period=Period(asked) if asked in set(Period) else None,
        zone=timezone.get_current_timezone(),
        now=now,
    )
    due = open_follow_ups(request.user, found.patient)
    context = {
        "chart": found,
        "drawing": drawing(found.story.picture),
        "rows": rows(found.story.lines),
        "record": found.record,
        "tab": "chart",
        "today": timezone.localdate(),
        "now": now,
        "alarms": alarms_of(request.user, found.patient),
        "due": [row for row in due if row.earliest_at <= now],
        "intake": read_intake(request.user, found.patient),
        "later": [row for row in due if row.earliest_at > now],
        "hold_plans": plans_of(request.user, found.patient, now=now),
        "findings": explained_findings(request.user, found.patient, today=timezone.localdate()),
        "periods": [(period.value, name) for period, (name, _days) in PERIODS.items()],
    }
    return render(request, "treatments/physician/chart.html", context)
