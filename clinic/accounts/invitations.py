"""Telling somebody that they can sign in, and letting in whoever has just been shown the way."""

from allauth.account.forms import ResetPasswordForm
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest

from clinic.accounts import passkeys
from clinic.accounts.models import User


def mail_link(request: HttpRequest, user: User) -> None:
    """Mail somebody the link with which they choose a password; using it verifies the address."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


def let_in(request: HttpRequest, user: User, *, by_passkey: bool = False) -> None:
    """Sign in somebody who has this moment chosen a password, or made a passkey, for an address
    that is theirs.
    """
    if by_passkey:
        passkeys.note_shown(request, passkeys.passkey_of(user))
    else:
        record_authentication(request, user, method="password", email=user.email)
    perform_login(request, Login(user=user, email=user.email))
