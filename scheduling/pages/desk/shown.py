"""Which board a desk looks at: what the address says, and else what it looked at last."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.accounts.guards import SignedInRequest
from clinic.shared.forms import checked
from scheduling.domain.board_filter import BoardFilter
from scheduling.forms.board import BoardForm
from scheduling.models import Appointment, BoardView, Resource, Site
from scheduling.pages.sites import choice_of_sites
from scheduling.queries import board_views, catalogue

_REMEMBERED = "board"


@dataclass
class Shown:
    """One board: where, when, how, and what of it. `saved` is the saved view, if one is on.

    `is_everybody` says that the columns were not chosen: whoever works that day.
    """

    site: Site
    sites: list[Site]
    day: date
    today: date
    layout: str
    wanted: BoardFilter
    views: list[BoardView]
    saved: BoardView | None
    clinician: int | None
    visit: UUID | None
    columns: list[Resource] = field(default_factory=list)

    @property
    def is_everybody(self) -> bool:
        """Whether columns of people who are not there may be left out."""
        return self.saved is None and not self.clinician

    @property
    def is_today(self) -> bool:
        """Whether it is today, by the clock of the site."""
        return self.day == self.today

    def address(self, **changes: Any) -> str:
        """The address of this board, with something else changed."""
        said = {
            "view": self.layout,
            "day": self.day.isoformat(),
            "site": self.site.pk,
            "columns": self.saved.pk if self.saved else 0,
            "clinician": self.clinician,
            "status": self.wanted.status,
            "visit_type": self.wanted.visit_type,
            "only": self.wanted.only,
        } | changes
        kept = {name: value for name, value in said.items() if value not in (None, "")}
        return f"{reverse('desk:board')}?{urlencode(kept)}"

    def jumps(self) -> list[tuple[str, str, str, str]]:
        """The quick ways to other days: key, word, label, address."""
        ways = [("{", "‹ Week", "Week before", -7), ("[", "‹ Day", "Day before", -1)]
        ways += [("]", "Day ›", "Day after", 1), ("}", "Week ›", "Week after", 7)]
        if self.layout == "week":
            ways = [("[", "‹ Week", "Week before", -7), ("]", "Week ›", "Week after", 7)]
        return [
            (key, word, label, self.address(day=(self.day + timedelta(days=n)).isoformat()))
            for key, word, label, n in ways
        ]


def shown_board(request: SignedInRequest, now: datetime) -> Shown:
    """What to show; how it is drawn, which columns and the cancelled are remembered."""
    form = checked(BoardForm(request.GET))
    wish = form.cleaned_data
    site, sites = choice_of_sites(request, wish["site"])
    memory = dict(request.session.get(_REMEMBERED, {}))
    layout = wish["view"] or memory.get("view") or "columns"
    cancelled = wish["cancelled"] or memory.get("cancelled") or "hide"
    views = board_views.board_views(request.user, site)
    named = wish["columns"]
    if named is None:
        named = memory.get(f"columns-{site.pk}", 0)
    saved = next((view for view in views if view.pk == named), None)
    now_known = memory | {
        "view": layout,
        "cancelled": cancelled,
        f"columns-{site.pk}": saved.pk if saved else 0,
    }
    if now_known != memory:
        request.session[_REMEMBERED] = now_known
    today = now.astimezone(site.zone).date()
    wanted = form.wanted()
    shown = Shown(
        site=site,
        sites=sites,
        day=wish["day"] or today,
        today=today,
        layout=layout,
        wanted=BoardFilter(wanted.status, wanted.visit_type, wanted.only, cancelled == "show"),
        views=views,
        saved=saved,
        clinician=wish["clinician"],
        visit=wish["visit"],
    )
    shown.columns = _columns(request, shown)
    return shown


def _columns(request: SignedInRequest, shown: Shown) -> list[Resource]:
    if shown.layout == "list":
        return []
    if shown.clinician:
        return board_views.columns_of(request.user, shown.site, [shown.clinician])
    if shown.saved:
        return board_views.columns_of_view(request.user, shown.saved)
    return catalogue.clinicians(request.user, shown.site)


def to_board(appointment: Appointment) -> HttpResponse:
    """To the day of the visit, with the visit in sight."""
    day = appointment.start_at.astimezone(appointment.site.zone).date()
    wanted = urlencode(
        {"site": appointment.site_id, "day": day.isoformat(), "visit": appointment.pk}
    )
    return redirect(f"{reverse('desk:board')}?{wanted}#appointment-{appointment.pk}")


def to_day(site: Site, instant: datetime) -> HttpResponse:
    """To the board of the day in which the instant lies."""
    day = instant.astimezone(site.zone).date()
    wanted = urlencode({"site": site.pk, "day": day.isoformat()})
    return redirect(f"{reverse('desk:board')}?{wanted}")
