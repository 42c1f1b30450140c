"""The manager: how much treatments helped, and what went wrong, in numbers only."""

import csv
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.forms import checked
from clinic.shared.spreadsheets import harmless
from treatments.forms.adverse_events import PeriodForm
from treatments.queries.effects import FEWEST, clinic_effects
from treatments.queries.event_report import CountRow, event_report


@require_GET
@manager_page("treatments.view_effects")
def effects(request: SignedInRequest) -> HttpResponse:
    """By treatment, without names."""
    form = PeriodForm(request.GET)
    asked = form if form.is_valid() else checked(PeriodForm({}))
    first, last = asked.days(timezone.localdate())
    shown = PeriodForm(initial={"first_date": first, "last_date": last})
    context = {
        "form": shown if form.is_valid() else form,
        "rows": clinic_effects(request.user, first_date=first, last_date=last),
        "fewest": FEWEST,
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/manager/effects.html", context, status=status)


@require_GET
@manager_page("treatments.view_effects")
def report(request: SignedInRequest) -> HttpResponse:
    """Adverse events by risk, grade and treatment: counts only."""
    form = PeriodForm(request.GET)
    asked = form if form.is_valid() else checked(PeriodForm({}))
    first, last = asked.days(timezone.localdate())
    shown = PeriodForm(initial={"first_date": first, "last_date": last})
    context = {
        "form": shown if form.is_valid() else form,
        "report": event_report(request.user, first_date=first, last_date=last),
        "query": urlencode({"first_date": first.isoformat(), "last_date": last.isoformat()}),
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/manager/event_report.html", context, status=status)


@require_GET
@manager_page("treatments.view_effects")
def report_csv(request: SignedInRequest) -> HttpResponse:
    """The counts as a file."""
    first, last = checked(PeriodForm(request.GET)).days(timezone.localdate())
    found = event_report(request.user, first_date=first, last_date=last)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"adverse-event-counts-{first}-{last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["From", "Through", "By", "Name", "Events", "Serious", "Per 1000 procedures"])
    tables = (
        ("Risk", found.by_risk),
        ("Grade", found.by_grade),
        ("After", found.by_treatment),
        ("Apart", found.apart),
    )
    for by, rows in tables:
        writer.writerows(
            harmless([first.isoformat(), last.isoformat(), by, *_cells(row)]) for row in rows
        )
    return response


def _cells(row: CountRow) -> list[object]:
    rate = "" if row.per_thousand is None else row.per_thousand
    return [row.name, row.shown_count, row.shown_serious, rate]
