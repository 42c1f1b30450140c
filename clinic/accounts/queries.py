"""Reading who signs in. Every function takes the viewer first."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from clinic.accounts.guards import require
from clinic.accounts.models import ApiToken, Team, User, Viewer
from clinic.accounts.second_factor import FACTORS
from clinic.shared.errors import NotFound


def users(viewer: Viewer, text: str = "") -> list[User]:
    """Everybody who signs in, by name, with teams and whether they have a second factor.

    Raises `NotAllowed`.
    """
    require(viewer, "accounts.manage_users")
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    found = User.objects.annotate(has_second_factor=Exists(factors))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return list(found.prefetch_related("team_memberships__team").order_by("name", "id")[:200])


def access_user(viewer: Viewer, user_id: int) -> User:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "accounts.manage_users")
    user = User.objects.prefetch_related("team_memberships__team").filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def teams(viewer: Viewer) -> list[Team]:
    """Every team, by name. Raises `NotAllowed`."""
    require(viewer, "accounts.manage_users")
    return list(Team.objects.all())


def own_tokens(viewer: Viewer, *, now: datetime) -> list[ApiToken]:
    """The viewer's tokens that still work, newest first. Raises `NotAllowed`."""
    user = require(viewer, "accounts.use_api")
    return list(ApiToken.objects.filter(user=user, expiry__gt=now))


def access_own_token(viewer: Viewer, token_key: str) -> ApiToken:
    """One of the viewer's own tokens, by its first characters. Raises `NotFound`, `NotAllowed`."""
    user = require(viewer, "accounts.use_api")
    token = ApiToken.objects.filter(user=user, token_key=token_key).first()
    if token is None:
        raise NotFound
    return token
