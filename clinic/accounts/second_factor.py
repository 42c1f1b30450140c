"""Something you have, besides something you know: what staff show before any page opens.

django-allauth asks for it, checks it and counts the guesses. Here is what the clinic adds: staff
cannot do without, a code works once, and the secrets are not legible in the database.
"""

import base64
import time
from hashlib import sha256
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from clinic.accounts.models import User

FRESH_SECONDS = 300
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_needed(request: HttpRequest, user: User) -> bool:
    """Whether this session is still without the second factor that this person needs.

    What counts is what was shown in this very session: knowing the password of somebody who has
    a second factor elsewhere is not enough.
    """
    if not user.is_staff_member or settings.DEMO_WITHOUT_SECOND_FACTOR:
        return False
    records = get_authentication_records(request, user)
    return not any(record.get("method") == "mfa" for record in records)


def is_enrolled(user: User) -> bool:
    """Whether this person has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def way_to_show(user: User) -> str:
    """The name of the page where this person shows the factor they have."""
    typed = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    types_a_code = Authenticator.objects.filter(user=user, type__in=typed).exists()
    return "mfa_reauthenticate" if types_a_code else "mfa_reauthenticate_webauthn"


def is_last(user: User, authenticator_id: int) -> bool:
    """Whether a member of staff would be without any factor if this one went."""
    mine = Authenticator.objects.filter(user=user, type__in=FACTORS)
    others = mine.exclude(pk=authenticator_id)
    return user.is_staff_member and mine.exists() and not others.exists()


def is_first_enrolment(request: HttpRequest) -> bool:
    """Whether somebody without any second factor has typed their password in the last minutes."""
    records = get_authentication_records(request, request.user)
    passwords = [record["at"] for record in records if record.get("method") == "password"]
    is_fresh = bool(passwords) and time.time() - passwords[-1] < FRESH_SECONDS
    return is_fresh and not Authenticator.objects.filter(user_id=request.user.pk).exists()


def remember_enrolment(
    request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any
) -> None:
    """Setting it up has just shown it: nobody is asked again in the same session."""
    if authenticator.type in FACTORS:
        kind = authenticator.type
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=kind, reauthenticated=True
        )


class ClinicMFAAdapter(DefaultMFAAdapter):
    """Staff keep at least one second factor, and secrets are stored encrypted."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type not in FACTORS:
            return True
        return not is_last(authenticator.user, authenticator.pk)

    def _get_user_identifier(self, user: User) -> str:
        """What a phone shows beside a passkey, and an app beside its codes."""
        return user.sign_in_name

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


class EnrolOnceForm(ActivateTOTPForm):
    """The code that sets the app up is spent, like any other."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


def _cipher() -> Fernet:
    """Keyed by `SECRET_KEY`: whoever has only a copy of the database reads no secret."""
    key = sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
