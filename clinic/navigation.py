"""The menus: which pages each audience finds at the top, and who sees which entry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts import sessions
from clinic.accounts.demo import DEMO_LOGINS
from clinic.accounts.models import User, as_user
from clinic.accounts.roles import Audience


@dataclass(frozen=True)
class Entry:
    """One entry of a menu. `shortcut` is the key that opens it."""

    audience: Audience
    label: Any
    url_name: str
    icon: str
    permission: str
    shortcut: str = ""


@dataclass(frozen=True)
class NavItem:
    """An entry as the base templates draw it."""

    label: Any
    url: str
    icon: str
    shortcut: str
    current: bool


MENU: Sequence[Entry] = [
    Entry(Audience.DESK, "Today", "desk:board", "calendar", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Book", "desk:book", "plus", "scheduling.book", "b"),
    Entry(Audience.DESK, "Waiting", "desk:queue", "clock", "scheduling.view_board", "q"),
    Entry(Audience.DESK, "Waitlist", "desk:waitlist", "clock", "scheduling.view_board", "w"),
    Entry(Audience.DESK, "People", "desk:people", "users", "patients.search", "p"),
    Entry(Audience.DESK, "Worklist", "desk:worklist", "alert", "scheduling.view_board", "o"),
    Entry(Audience.DESK, "Register", "desk:register", "user", "patients.register", "r"),
    Entry(
        Audience.PHYSICIAN, "My day", "physician:day", "calendar", "scheduling.view_own_day", "d"
    ),
    Entry(
        Audience.PHYSICIAN,
        "Therapies",
        "physician:therapy",
        "pulse",
        "treatments.record_visits",
        "y",
    ),
    Entry(Audience.PHYSICIAN, "Late", "physician:late", "bell", "scheduling.manage_own_hours", "l"),
    Entry(
        Audience.PHYSICIAN, "Block", "physician:blocks", "ban", "scheduling.manage_own_hours", "k"
    ),
    Entry(
        Audience.PHYSICIAN,
        "My hours",
        "physician:hours",
        "clock",
        "scheduling.manage_own_hours",
        "h",
    ),
    Entry(Audience.PHYSICIAN, "People", "physician:people", "users", "patients.search", "p"),
    Entry(Audience.PHYSICIAN, "Recall", "physician:recall", "alert", "treatments.recall_lots", "e"),
    Entry(
        Audience.PHYSICIAN,
        "Follow-ups",
        "physician:follow-ups",
        "check-double",
        "treatments.work_follow_ups",
        "f",
    ),
    Entry(
        Audience.PHYSICIAN,
        "Inbox",
        "physician:findings",
        "alert",
        "treatments.acknowledge_finding",
        "i",
    ),
    Entry(Audience.PHYSICIAN, "Clinic board", "desk:board", "list", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Charts", "physician:people", "stethoscope", "patients.view_chart", "c"),
    Entry(Audience.PATIENT, _("My visits"), "patient:home", "home", "scheduling.view_own_visits"),
    Entry(
        Audience.PATIENT,
        _("Calendar"),
        "patient:calendar",
        "calendar",
        "scheduling.view_own_visits",
    ),
    Entry(Audience.PATIENT, _("Who saw my record"), "patient:viewers", "user", "patients.view_own"),
    Entry(Audience.MANAGER, "Read log", "manager:reads", "list", "audit.view", "l"),
    Entry(Audience.MANAGER, "Records", "manager:people", "users", "patients.export_record", "p"),
    Entry(Audience.MANAGER, "Setup", "manager:setup", "settings", "scheduling.manage_setup", "u"),
    Entry(
        Audience.MANAGER,
        "Catalogue",
        "manager:catalogue",
        "file",
        "treatments.manage_catalogue",
        "c",
    ),
    Entry(Audience.MANAGER, "Rulebook", "manager:rules", "check-double", "treatments.manage_rules"),
    Entry(Audience.MANAGER, "Reports", "manager:reports", "pulse", "scheduling.view_reports", "o"),
    Entry(Audience.MANAGER, "What helped", "manager:effects", "check", "treatments.view_effects"),
    Entry(Audience.MANAGER, "Roles", "manager:roles", "users", "accounts.view_roles", "r"),
    Entry(
        Audience.MANAGER,
        "Emergencies",
        "manager:emergency-accesses",
        "alert",
        "patients.view_emergency_access",
        "e",
    ),
    Entry(Audience.MANAGER, "Merges", "manager:merges", "users", "patients.merge", "j"),
    Entry(Audience.MANAGER, "Sign-ins", "manager:users", "user", "accounts.manage_users", "s"),
    Entry(Audience.MANAGER, "Messages", "manager:outbox", "mail", "messaging.view_outbox", "m"),
    Entry(Audience.MANAGER, "Board", "desk:board", "list", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Manage", "manager:roles", "settings", "accounts.view_roles", "m"),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every page: the menu of its audience, as far as this person may open it."""
    user = as_user(getattr(request, "user", None))
    audience = request.path_info.strip("/").split("/")[0]
    items: list[NavItem] = []
    if user is not None:
        items = [
            _item(entry, request)
            for entry in MENU
            if entry.audience == audience and user.has_perm(entry.permission)
        ]
    return {
        "nav_items": items,
        "patient_search_url": _search_url(audience, user),
        "session_clock": _session_clock(request, user),
        "demo": settings.DEMO,
        "without_second_factor": settings.DEMO_WITHOUT_SECOND_FACTOR,
        "demo_logins": DEMO_LOGINS if settings.DEMO and user is None else [],
    }


def _session_clock(request: HttpRequest, user: User | None) -> dict[str, int] | None:
    """In how many seconds this page signs its person out, and when to warn them."""
    if user is None:
        return None
    now = timezone.now()
    left = sessions.read_clock(request, user, now).left(now)
    return {
        "seconds": math.ceil(left.total_seconds()),
        "warning": int(sessions.WARNING.total_seconds()),
    }


def first_page(user: User) -> str:
    """Where somebody's day begins: the first entry of their own menu that they may open."""
    home = user.role_sheet.home
    own = (e for e in MENU if e.audience == home and user.has_perm(e.permission))
    return next(own).url_name


def _search_url(audience: str, user: User | None) -> str:
    """The page that finds people, for staff who may: the search in the bar leads there."""
    searching = {Audience.DESK: "desk:people", Audience.PHYSICIAN: "physician:people"}
    if user is None or audience not in searching or not user.has_perm("patients.search"):
        return ""
    return reverse(searching[Audience(audience)])


def _item(entry: Entry, request: HttpRequest) -> NavItem:
    url = reverse(entry.url_name)
    current = request.path_info == url
    return NavItem(entry.label, url, entry.icon, entry.shortcut, current)
