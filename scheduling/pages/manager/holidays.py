"""Special days of a site."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.forms import checked
from scheduling.actions.holidays import (
    HolidayDetails,
    add_holiday,
    change_holiday,
    load_holidays,
    remove_holiday,
)
from scheduling.forms.hours import HolidayForm, YearForm
from scheduling.models import Site
from scheduling.pages.stranding import save_or_show
from scheduling.queries import setup


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def holidays(request: SignedInRequest, site_id: int) -> HttpResponse:
    """The days there are, and a form for one of the clinic's own."""
    site, now = setup.access_site(request.user, site_id), timezone.now()
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        day = form.cleaned_data["local_date"]
        change = partial(
            add_holiday,
            site=site,
            local_date=day,
            details=_details(form),
            by=request.user,
            now=now,
        )
        try:
            return _save(request, site, change, "The day is entered.")
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
    year = now.astimezone(site.zone).year
    context = {
        "site": site,
        "form": form,
        "holidays": setup.holidays(request.user, site),
        "years": [year, year + 1, year + 2],
    }
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/holidays.html", context, status=status)


@require_POST
@manager_page("scheduling.manage_setup")
def load(request: SignedInRequest, site_id: int) -> HttpResponse:
    """Take a year from the site's calendar."""
    site = setup.access_site(request.user, site_id)
    if "again" in request.POST:
        return redirect("manager:holidays", site.pk)
    year = checked(YearForm(request.POST)).cleaned_data["year"]
    change = partial(load_holidays, site=site, year=year, by=request.user, now=timezone.now())
    return _save(request, site, change, f"The holidays of {year} are there.")


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def holiday(request: SignedInRequest, holiday_id: int) -> HttpResponse:
    """One day: what it is called, whether the site keeps it, from when to when."""
    row = setup.access_holiday(request.user, holiday_id)
    values = {name: getattr(row, name) for name in HolidayForm.base_fields}
    sent = request.POST if request.method == "POST" else None
    form = HolidayForm(sent, initial=values)
    del form.fields["local_date"]
    if sent is not None and "again" not in sent and form.is_valid():
        change = partial(
            change_holiday,
            holiday=row,
            details=_details(form),
            by=request.user,
            now=timezone.now(),
        )
        try:
            return _save(request, row.site, change, "The day is saved.")
        except Invalid as error:
            form.add_error(None, error.sentence)
    status = 422 if form.errors else 200
    context = {"form": form, "holiday": setup.access_holiday(request.user, holiday_id)}
    return render(request, "scheduling/manager/holiday.html", context, status=status)


@require_POST
@manager_page("scheduling.manage_setup")
def drop(request: SignedInRequest, holiday_id: int) -> HttpResponse:
    """Take the row away."""
    row = setup.access_holiday(request.user, holiday_id)

    def change(*, accepted: str) -> Any:
        return remove_holiday(holiday=row, by=request.user, now=timezone.now())

    return _save(request, row.site, change, f"{row.name} is gone.")


def _details(form: HolidayForm) -> HolidayDetails:
    wish = form.cleaned_data
    return HolidayDetails(wish["name"], wish["is_observed"], wish["opens"], wish["closes"])


def _save(request: SignedInRequest, site: Site, change: Any, said: str) -> HttpResponse:
    return save_or_show(
        request,
        lambda accepted: change(accepted=accepted),
        template="scheduling/manager/stranded.html",
        back=reverse("manager:holidays", args=[site.pk]),
        said=said,
    )
