"""Who can sign in, with what, and with whom they work."""

from clinic.accounts.models.answered import AnsweredRequest
from clinic.accounts.models.team import Team, TeamMember
from clinic.accounts.models.token import ApiToken
from clinic.accounts.models.user import THE_CLINIC, User, UserManager, Viewer, as_user

__all__ = [
    "THE_CLINIC",
    "AnsweredRequest",
    "ApiToken",
    "Team",
    "TeamMember",
    "User",
    "UserManager",
    "Viewer",
    "as_user",
]
