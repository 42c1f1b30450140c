"""A passkey instead of a password, for somebody who comes in for the first time.

A passkey carries the number of the user it is for, so that number is chosen before the user
exists: until the passkey is there nothing is made, and whoever gives up leaves nothing behind.
"""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.accounts.models import User


@dataclass(frozen=True)
class NewPasskey:
    """What the browser answered, checked, and the number of the user it was made for."""

    user_id: int
    credential: dict[str, Any]


class PasskeyForm(SignupWebAuthnForm):
    """The browser's answer, which may be anything at all."""

    def clean(self) -> dict[str, Any]:
        """Raises `ValidationError`, where allauth stumbles over an answer of another shape."""
        try:
            answer: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValidationError(_("That did not work.")) from error
        return answer

    def passkey(self) -> NewPasskey:
        """The checked answer. Call it only when the form is valid."""
        return NewPasskey(self.user.pk, self.cleaned_data["credential"])


def next_user_id() -> int:
    """A number that no user has, and that no other will get."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_user', 'id'))")
        number: int = cursor.fetchone()[0]
    return number


def what_the_browser_needs(to_be: User) -> dict[str, Any]:
    """What makes a passkey for a user who is not saved yet; the challenge stays in the session."""
    return {"creation_options": auth.begin_registration(to_be, passwordless=True)}


def keep_passkey(user: User, passkey: NewPasskey) -> Authenticator:
    """Save it. Inside an action that has just made this user."""
    name = _("My first passkey")
    made: Authenticator = auth.WebAuthn.add(user, name, passkey.credential).instance
    return made


def passkey_of(user: User) -> Authenticator:
    """The one that somebody has just come in with."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)


def note_shown(request: HttpRequest, passkey: Authenticator) -> None:
    """Making it has shown it: this session was opened with a passkey."""
    post_authentication(request, passkey, passwordless=True)


def replaces_password(authenticator: Authenticator) -> bool:
    """Whether it was made to sign in with alone."""
    is_passkey = authenticator.type == Authenticator.Type.WEBAUTHN
    return is_passkey and bool(authenticator.wrap().is_passwordless)


class AskForFactorStage(AuthenticateStage):
    """After a password, patients are asked only for what they set up to be asked for.

    A passkey that replaces the password is another way in and no second step: who lost the phone
    it was on gets in by a new password, mailed to the address that is theirs. Staff always show a
    second factor.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        is_asked: bool = super()._should_handle(request)
        if not is_asked or self.login.user.is_staff_member:
            return is_asked
        factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        theirs = Authenticator.objects.filter(user=self.login.user, type__in=factors)
        return not all(replaces_password(one) for one in theirs)
