"""Who may sign in, and with what: every change of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from clinic.accounts import sessions
from clinic.accounts.guards import require
from clinic.accounts.models import ApiToken, Team, TeamMember, User
from clinic.accounts.roles import ROLES, Role
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid, NotAllowed

LONGEST_TOKEN = timedelta(days=365)


class AddressTaken(Conflict):
    """Somebody signs in with this address already."""

    code = "address_taken"
    default_sentence = "Somebody already signs in with this e-mail address."


class LastManager(Conflict):
    """Without a manager nobody could let anybody in again."""

    code = "last_manager"
    default_sentence = "This is the only manager who can sign in. Make another one first."


@dataclass(frozen=True)
class NewToken:
    """A token, and its key, which can be read only this once."""

    token: ApiToken
    key: str


@action
def invite_user(
    *, email: str, name: str, role: Role, teams: Collection[Team], by: User, now: datetime
) -> User:
    """Make a sign-in for somebody, who chooses a password by the link that is mailed to them.

    Raises `AddressTaken`, `NotAllowed`, and `Invalid` for a patient, whom the desk invites.
    """
    require(by, "accounts.manage_users")
    if role == Role.PATIENT:
        raise Invalid("Patients get their access from the front desk, on the person's page.")
    user = create_user_once(email=email, name=name, role=role)
    TeamMember.objects.bulk_create(TeamMember(team=team, user=user) for team in teams)
    return user


def create_user_once(*, email: str, name: str, role: Role, pk: int | None = None) -> User:
    """A new user without a password. `pk` is one that was kept for them. Raises `AddressTaken`."""
    address = email.strip().lower()
    taken = User.objects.filter(email__iexact=address).exists()
    # An address that somebody only claims, without having verified it, blocks nobody.
    if taken or EmailAddress.objects.filter(email__iexact=address, verified=True).exists():
        raise AddressTaken
    with constraint_errors(
        {"user_email_is_unique": AddressTaken, "accounts_user_email_key": AddressTaken}
    ):
        return User.objects.create_user(email=address, name=name, role=role, password=None, pk=pk)


@action
def set_teams(*, user: User, teams: Collection[Team], by: User, now: datetime) -> None:
    """Say where somebody works. Raises `NotAllowed`."""
    require(by, "accounts.manage_users")
    wanted = {team.pk for team in teams}
    user.team_memberships.exclude(team_id__in=wanted).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(team_id=pk, user=user) for pk in sorted(wanted)], ignore_conflicts=True
    )


@action
def disable_user(*, user: User, by: User, now: datetime) -> None:
    """Nobody signs in as this person any more; sessions and tokens end at once.

    Raises `NotAllowed`, also for oneself, and `LastManager`.
    """
    require(by, "accounts.manage_users")
    if user.pk == by.pk:
        raise NotAllowed("Nobody can disable themself. Ask another manager.")
    managers = User.objects.select_for_update().filter(role=Role.MANAGER, is_active=True)
    if {manager.pk for manager in managers} <= {user.pk}:
        raise LastManager
    User.objects.filter(pk=user.pk).update(is_active=False)
    sessions.end_everything(user)


@action
def enable_user(*, user: User, by: User, now: datetime) -> None:
    """The person may sign in again, with their old password. Raises `NotAllowed`."""
    require(by, "accounts.manage_users")
    User.objects.filter(pk=user.pk).update(is_active=True)


@action
def reset_second_factor(*, user: User, by: User, now: datetime) -> None:
    """Forget a lost phone: the person sets up a new second factor at the next sign-in.

    Ends their sessions and tokens. Raises `NotAllowed`, also for oneself: a stolen manager's
    session must not be able to replace the phone that is missing.
    """
    require(by, "accounts.manage_users")
    if user.pk == by.pk:
        raise NotAllowed("Nobody can reset their own second factor. Ask another manager.")
    Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(second_factor_reset_at=now)
    sessions.end_everything(user)


@action
def create_token(
    *, name: str, scopes: Collection[str], lifetime: timedelta, by: User, now: datetime
) -> NewToken:
    """A key with which a program acts for this person, within `scopes`, for at most a year.

    Raises `NotAllowed` for a scope the person does not have, `Invalid` without any, and `Conflict`
    when there are too many.
    """
    require(by, "accounts.use_api")
    if not set(scopes) <= ROLES[Role(by.role)].permissions:
        raise NotAllowed("A key cannot do more than the person it acts for.")
    if not scopes:
        raise Invalid("Say what the key may do.")
    if not timedelta() < lifetime <= LONGEST_TOKEN:
        raise Invalid("A key works for at least a day and at most a year.")
    if ApiToken.objects.filter(user=by, expiry__gt=now).count() >= 20:
        raise Conflict("You have twenty keys that work. Revoke one first.")
    token, key = ApiToken.objects.create(
        by, expiry=lifetime, name=name.strip(), scopes=sorted(scopes)
    )
    return NewToken(token, key)


@action
def revoke_token(*, token: ApiToken, by: User, now: datetime) -> None:
    """The key stops working at once. Raises `NotAllowed` for somebody else's."""
    require(by, "accounts.use_api")
    if token.user_id != by.pk:
        raise NotAllowed
    token.delete()
