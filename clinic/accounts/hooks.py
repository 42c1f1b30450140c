"""What the clinic does when django-allauth says that something happened."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.signals import authenticator_added

from clinic.accounts import sessions
from clinic.accounts.models import User
from clinic.accounts.second_factor import remember_enrolment


def verify_address(user: User, **_signal: Any) -> None:
    """Whoever used the link in a mail reads that mailbox: this is the verification."""
    EmailAddress.objects.filter(user=user, email__iexact=user.email).update(verified=True)


def revoke_keys(user: User, **_signal: Any) -> None:
    """Whoever chooses a new password may do so because somebody else had the old one."""
    sessions.end_keys(user)


def connect() -> None:
    """Listen. Called once, as the app starts."""
    authenticator_added.connect(remember_enrolment, dispatch_uid="remember_enrolment")
    password_reset.connect(verify_address, dispatch_uid="verify_address")
    for changed in (password_reset, password_changed, password_set):
        changed.connect(revoke_keys, dispatch_uid="revoke_keys")
