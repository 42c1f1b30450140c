"""How the clinic is used: tables with bars, and as files."""

import csv
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import NotFound
from clinic.shared.forms import checked
from clinic.shared.spreadsheets import harmless
from scheduling.forms.reports import PeriodForm
from scheduling.models import Site
from scheduling.queries import reports as figures


@require_GET
@manager_page("scheduling.view_reports")
def reports(request: SignedInRequest) -> HttpResponse:
    """Every report about a site and a period."""
    form = PeriodForm(request.GET)
    asked = form if form.is_valid() else checked(PeriodForm({"site": request.GET.get("site")}))
    sites = figures.sites(request.user)
    period = _period(asked, sites)
    if form.is_valid():
        form = PeriodForm(initial=vars(period))
    context = {
        "form": form,
        "sites": sites,
        "period": period,
        "query": _query(period),
        "reports": figures.all_reports(request.user, period, now=timezone.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/reports.html", context, status=status)


@require_GET
@manager_page("scheduling.view_reports")
def report_csv(request: SignedInRequest, report: str) -> HttpResponse:
    """One report as a file."""
    if report not in figures.REPORTS:
        raise NotFound
    period = _period(checked(PeriodForm(request.GET)), figures.sites(request.user))
    found = figures.report(request.user, report, period, now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{report}-{period.first_date}-{period.last_date}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["Site", "From", "Through", *found.columns])
    start = (period.site.name, period.first_date.isoformat(), period.last_date.isoformat())
    writer.writerows(harmless([*start, *row.cells]) for row in found.rows)
    return response


def _period(form: PeriodForm, sites: list[Site]) -> figures.Period:
    wished = form.cleaned_data["site"]
    site = next((place for place in sites if wished in (None, place.pk)), None)
    if site is None:
        raise NotFound
    first, last = form.days(_today(site))
    return figures.Period(site, first, last)


def _today(site: Site) -> date:
    return timezone.now().astimezone(site.zone).date()


def _query(period: figures.Period) -> str:
    told: dict[str, Any] = {
        "site": period.site.pk,
        "first_date": period.first_date.isoformat(),
        "last_date": period.last_date.isoformat(),
    }
    return urlencode(told)
