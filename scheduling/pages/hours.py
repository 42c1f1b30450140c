"""The pages about hours and leave, shared by managers and by clinicians about themselves."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import Invalid
from clinic.shared.forms import checked
from scheduling.actions.hours import Leave, Whose, add_leave, remove_leave, set_week
from scheduling.forms.hours import LeaveForm, WeekChoiceForm, WeekForm, week_values
from scheduling.models import Site, TimeOff
from scheduling.pages.stranding import save_or_show
from scheduling.queries import setup


@dataclass(frozen=True)
class HoursPage:
    """Whose hours a page is about, where it is, and where its forms go."""

    whose: Whose
    template: str
    shown_first: str
    here: str
    leave_url: str
    remove_url: str


def show(
    request: SignedInRequest,
    page: HoursPage,
    now: datetime,
    *,
    week_form: WeekForm | None = None,
    leave_form: LeaveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The weeks that count, a form for them, and leave."""
    site, resource = page.whose.site, page.whose.resource
    today = now.astimezone(site.zone).date()
    weeks = setup.weeks(request.user, site, resource, today=today)
    on = checked(WeekChoiceForm(request.GET)).cleaned_data["on"] or today
    chosen = next((week for week in reversed(weeks) if week.from_date <= on), None)
    initial: dict[str, Any] = {"from_date": today}
    if chosen is not None:
        initial = {"from_date": chosen.from_date, "until_date": chosen.until_date}
        initial |= week_values(chosen.stretches)
    context = {
        "page": page,
        "whose": page.whose,
        "site": site,
        "weeks": [(week, _lines(week.stretches), week is chosen) for week in weeks],
        "week_form": week_form or WeekForm(initial=initial),
        "leave_form": leave_form or LeaveForm(),
        "leaves": [
            (leave, _when(leave, site))
            for leave in setup.time_off(request.user, site, resource, now=now)
        ],
        "follows_site": resource is not None and resource.kind != "clinician" and not weeks,
    }
    return render(request, page.template, context, status=status)


def save_week(request: SignedInRequest, page: HoursPage, now: datetime) -> HttpResponse:
    """Enter a week, or show whom it would strand, or what is wrong with it."""
    form = WeekForm(request.POST)
    if "again" in request.POST:
        return show(request, page, now, week_form=form)
    if form.is_valid():
        wish = form.cleaned_data
        change = partial(
            set_week,
            whose=page.whose,
            week=form.week(),
            from_date=wish["from_date"],
            until_date=wish["until_date"],
            by=request.user,
            now=now,
        )
        try:
            return _save(request, page, change, "The hours are saved.")
        except Invalid as error:
            form.add_error(None, error.sentence)
    return show(request, page, now, week_form=form, status=422)


def save_leave(request: SignedInRequest, page: HoursPage, now: datetime) -> HttpResponse:
    """Enter a leave, or show whom it would strand, or what is wrong with it."""
    form = LeaveForm(request.POST)
    if "again" in request.POST:
        return show(request, page, now, leave_form=form)
    if form.is_valid():
        leave = Leave(**form.cleaned_data)
        change = partial(add_leave, whose=page.whose, leave=leave, by=request.user, now=now)
        try:
            return _save(request, page, change, "The leave is entered.")
        except Invalid as error:
            form.add_error(None, error.sentence)
    return show(request, page, now, leave_form=form, status=422)


def drop_leave(
    request: SignedInRequest, page: HoursPage, time_off: TimeOff, now: datetime
) -> HttpResponse:
    """Take a leave back."""

    def change(_accepted: str) -> Any:
        return remove_leave(time_off=time_off, by=request.user, now=now)

    return save_or_show(
        request,
        change,
        template=page.shown_first,
        back=page.here,
        said="The leave is taken back; those hours can be booked again.",
    )


def _save(request: SignedInRequest, page: HoursPage, change: Any, said: str) -> HttpResponse:
    return save_or_show(
        request,
        lambda accepted: change(accepted=accepted),
        template=page.shown_first,
        back=page.here,
        said=said,
    )


def _when(leave: TimeOff, site: Site) -> str:
    """From when to when, by the site's clock; whole days as days."""
    begin, end = (at.astimezone(site.zone) for at in (leave.during.lower, leave.during.upper))
    if begin.time() == end.time() == time():
        first, last = begin.date(), end.date() - timedelta(days=1)
        until = f" through {last:%a, %b %-d, %Y}" if last > first else ""
        return f"{first:%a, %b %-d, %Y}{until}"
    if begin.date() == end.date():
        return f"{begin:%a, %b %-d, %Y, %-I:%M %p} to {end:%-I:%M %p}"
    return f"{begin:%a, %b %-d, %Y, %-I:%M %p} to {end:%a, %b %-d, %Y, %-I:%M %p}"


def _lines(stretches: Any) -> list[tuple[str, str]]:
    """A week to read: each day and its hours."""
    bound = WeekForm(initial=week_values(stretches))
    return [(str(field.label), str(field.initial or "closed")) for field in bound.days]
