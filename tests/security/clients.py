"""Browsers and keys of people who are signed in."""

from datetime import timedelta

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from clinic.accounts import sessions
from clinic.accounts.models import ApiToken, User


def client_of(user: User, *, second_factor: bool = True, walks: bool = False) -> Client:
    """A browser in which this person has signed in, with or without their second factor.

    One that `walks` through all addresses takes back what each request wrote: its session's clock
    stands a little ahead, or every request would write it down again.
    """
    client = Client(raise_request_exception=False)
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if second_factor:
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0, "type": "totp"}]
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    if walks:
        now = timezone.now()
        session[sessions._SIGNED_IN] = now.timestamp()
        session[sessions._ACTIVE] = (now + timedelta(minutes=5)).timestamp()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def enrol(user: User) -> None:
    """Give somebody an authenticator app."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def token_for(user: User, *, scopes=None, expired=False) -> str:
    """A key to the API."""
    every = scopes or sorted(user.role_sheet.permissions)
    lifetime = timedelta(days=-1 if expired else 1)
    _token, key = ApiToken.objects.create(user, expiry=lifetime, name="Tests", scopes=every)
    return key
