"""How long a sign-in lasts: until nobody is there, and never longer than a working day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from clinic.accounts.models import ApiToken, User

STAFF_IDLE = timedelta(minutes=15)
PATIENT_IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# How long before the end the person is warned.
WARNING = timedelta(minutes=2)
# Activity is written down at most this often, so that reading does not mean writing.
GRAIN = timedelta(seconds=20)
# Sent by requests that nobody made by hand. They do not keep a session alive.
BACKGROUND_HEADER = "Dorsa-Background"

_SIGNED_IN, _ACTIVE = "signed_in_at", "active_at"


@dataclass(frozen=True)
class Clock:
    """How a session stands: since when, and when somebody last did something."""

    signed_in_at: datetime
    active_at: datetime
    idle: timedelta

    @property
    def ends_at(self) -> datetime:
        """When it ends if nobody does anything."""
        return min(self.active_at + self.idle, self.signed_in_at + LONGEST)

    def has_ended(self, now: datetime) -> bool:
        """Whether it is over. The instant of the end itself is over."""
        return now >= self.ends_at

    def left(self, now: datetime) -> timedelta:
        """How long it still lasts."""
        return max(self.ends_at - now, timedelta())


def idle_limit(user: User) -> timedelta:
    """How long a page may lie open untouched: staff screens stand where others walk by."""
    return STAFF_IDLE if user.is_staff_member else PATIENT_IDLE


def read_clock(request: HttpRequest, user: User, now: datetime) -> Clock:
    """The session's clock; a session that has none yet begins now."""
    session = request.session
    signed_in = session.get(_SIGNED_IN)
    if signed_in is None:
        session[_SIGNED_IN] = session[_ACTIVE] = now.timestamp()
        return Clock(now, now, idle_limit(user))
    return Clock(
        datetime.fromtimestamp(signed_in, now.tzinfo),
        datetime.fromtimestamp(session[_ACTIVE], now.tzinfo),
        idle_limit(user),
    )


def is_background(request: HttpRequest) -> bool:
    """Whether the page asked by itself, and no person did."""
    return BACKGROUND_HEADER in request.headers


def touch(request: HttpRequest, clock: Clock, now: datetime) -> None:
    """Somebody did something: the idle time begins anew."""
    if now - clock.active_at >= GRAIN:
        request.session[_ACTIVE] = now.timestamp()
        mine = UserSession.objects.filter(session_key=request.session.session_key)
        mine.update(last_seen_at=now)


def end_everything(user: User) -> None:
    """End all sessions and tokens of a person, so that not even enabling them again revives one."""
    sessions = UserSession.objects.filter(user=user)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    end_keys(user)


def end_keys(user: User) -> None:
    """No program acts for this person any more."""
    ApiToken.objects.filter(user=user).delete()
