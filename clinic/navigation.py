"""The menus: which pages each audience finds at the top, and who sees which entry."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts import sessions
from clinic.accounts.demo import DEMO_LOGINS
from clinic.accounts.models import THE_CLINIC, User, as_user
from clinic.accounts.roles import Audience
from patients.queries.threads import WaitingCount, count_waiting
from scheduling.queries.places import place_of


@dataclass(frozen=True)
class Entry:
    """One entry of a menu. `shortcut` is the key that opens it.

    `counted` says how much waits behind it.
    """

    audience: Audience
    label: Any
    url_name: str
    icon: str
    permission: str
    shortcut: str = ""
    counted: Callable[[User], WaitingCount] | None = None


@dataclass(frozen=True)
class NavItem:
    """An entry as the base templates draw it. `waiting` is counted where a menu is drawn only."""

    label: Any
    url: str
    icon: str
    shortcut: str
    current: bool
    waiting: Callable[[], WaitingCount] | None = None


def _letters(user: User) -> WaitingCount:
    return count_waiting(user, now=timezone.now())


MENU: Sequence[Entry] = [
    Entry(Audience.DESK, "Today", "desk:board", "calendar", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Book", "desk:book", "plus", "scheduling.book", "b"),
    Entry(Audience.DESK, "Waiting", "desk:queue", "clock", "scheduling.view_board", "q"),
    Entry(Audience.DESK, "Waitlist", "desk:waitlist", "clock", "scheduling.view_board", "w"),
    Entry(Audience.DESK, "People", "desk:people", "users", "patients.search", "p"),
    Entry(Audience.DESK, "Worklist", "desk:worklist", "alert", "scheduling.view_board", "o"),
    Entry(Audience.DESK, "Texts", "desk:texts", "mail", "scheduling.book", "x"),
    Entry(
        Audience.DESK,
        "Patient messages",
        "desk:letters",
        "edit",
        "patients.answer_messages",
        "a",
        counted=_letters,
    ),
    Entry(Audience.DESK, "Follow-ups", "desk:follow-ups", "phone", "treatments.call_people", "f"),
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
    Entry(
        Audience.PHYSICIAN,
        "Patient messages",
        "desk:letters",
        "edit",
        "patients.answer_messages",
        "a",
        counted=_letters,
    ),
    Entry(
        Audience.PHYSICIAN,
        "Rulebook",
        "physician:rules",
        "check-double",
        "treatments.view_rules",
    ),
    Entry(Audience.PHYSICIAN, "Clinic board", "desk:board", "list", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Charts", "physician:people", "stethoscope", "patients.view_chart", "c"),
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
    Entry(Audience.MANAGER, "News", "manager:news", "mail", "treatments.send_news", "n"),
    Entry(Audience.MANAGER, "Background", "manager:background", "clock", "messaging.operate", "b"),
    Entry(Audience.MANAGER, "Board", "desk:board", "list", "scheduling.view_board", "t"),
    Entry(Audience.DESK, "Manage", "manager:roles", "settings", "accounts.view_roles", "m"),
]

# The portal's bar at the thumb: five at most. Whose record it is stands in each address.
PORTAL: Sequence[Entry] = [
    Entry(Audience.PATIENT, _("Home"), "patient:home", "home", "scheduling.view_own_visits"),
    Entry(
        Audience.PATIENT, _("Visits"), "patient:visits", "calendar", "scheduling.view_own_visits"
    ),
    Entry(Audience.PATIENT, _("Pain"), "patient:pain", "pulse", "patients.view_own"),
    Entry(Audience.PATIENT, _("Care"), "patient:care", "spine", "patients.view_own"),
    Entry(Audience.PATIENT, _("More"), "patient:more", "list", "patients.view_own"),
]

# What stands on the portal's page "More".
PORTAL_MORE: Sequence[Entry] = [
    Entry(Audience.PATIENT, _("Before your visit"), "patient:before", "list", "patients.tell_own"),
    Entry(
        Audience.PATIENT, _("What you agree to"), "patient:consents", "check", "patients.tell_own"
    ),
    Entry(Audience.PATIENT, _("Send us a photo"), "patient:files", "file", "patients.tell_own"),
    Entry(Audience.PATIENT, _("Messages"), "patient:messages", "mail", "patients.write_messages"),
    Entry(Audience.PATIENT, _("My papers"), "patient:papers", "file", "patients.view_own"),
    Entry(Audience.PATIENT, _("Learn"), "patient:learn", "info", "patients.view_own"),
    Entry(
        Audience.PATIENT,
        _("Visits in your calendar"),
        "patient:calendar",
        "calendar",
        "scheduling.view_own_visits",
    ),
    Entry(
        Audience.PATIENT,
        _("Who may see this record"),
        "patient:people",
        "users",
        "patients.view_own",
    ),
    Entry(Audience.PATIENT, _("Who saw the record"), "patient:viewers", "eye", "patients.view_own"),
    Entry(Audience.PATIENT, _("My data"), "patient:my-data", "lock", "patients.view_own"),
    Entry(
        Audience.PATIENT, _("How we may reach you"), "patient:settings", "bell", "patients.view_own"
    ),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every page: the menu of its audience, as far as this person may open it."""
    user = as_user(getattr(request, "user", None))
    audience = request.path_info.strip("/").split("/")[0]
    menu, record = (PORTAL, _record(request)) if audience == Audience.PATIENT else (MENU, None)
    return {
        "nav_items": _items(menu, audience, request, record),
        "more_items": lambda: _items(PORTAL_MORE, audience, request, record),
        "help_phone": lambda: _help_phone(record),
        "patient_search_url": _search_url(audience, user),
        "session_clock": _session_clock(request, user),
        "demo": settings.DEMO,
        "without_second_factor": settings.DEMO_WITHOUT_SECOND_FACTOR,
        "demo_logins": DEMO_LOGINS if settings.DEMO and user is None else [],
    }


def _items(
    menu: Sequence[Entry], audience: str, request: HttpRequest, record: UUID | None
) -> list[NavItem]:
    """The entries that this person may open; none of the portal's where no record is named."""
    user = as_user(getattr(request, "user", None))
    if user is None or (audience == Audience.PATIENT and record is None):
        return []
    mine = (e for e in menu if e.audience == audience and user.has_perm(e.permission))
    told = [record] if record else []
    return [_item(entry, reverse(entry.url_name, args=told), request, user) for entry in mine]


def _record(request: HttpRequest) -> UUID | None:
    """Whose record this page of the portal is about, if its address says so."""
    match = request.resolver_match
    found = match.kwargs.get("patient_id") if match else None
    return found if isinstance(found, UUID) else None


def _help_phone(record: UUID | None) -> str:
    """The number of the place that a person comes to, else of the first one; "" if none is set."""
    site = place_of(THE_CLINIC, record)
    return site.phone if site else ""


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
    if home == Audience.PATIENT:
        return "patient:records"
    own = (e for e in MENU if e.audience == home and user.has_perm(e.permission))
    return next(own).url_name


def _search_url(audience: str, user: User | None) -> str:
    """The page that finds people, for staff who may: the search in the bar leads there."""
    searching = {Audience.DESK: "desk:people", Audience.PHYSICIAN: "physician:people"}
    if user is None or audience not in searching or not user.has_perm("patients.search"):
        return ""
    return reverse(searching[Audience(audience)])


def _item(entry: Entry, url: str, request: HttpRequest, user: User) -> NavItem:
    current = request.path_info == url
    if entry.audience == Audience.PATIENT and entry.url_name != "patient:home":
        # One thing a page makes many pages: each step of a visit belongs to "Visits".
        current = request.path_info.startswith(url)
    waiting = partial(entry.counted, user) if entry.counted else None
    return NavItem(entry.label, url, entry.icon, entry.shortcut, current, waiting)
