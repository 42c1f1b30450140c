"""How the API knows who asks."""

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinic.accounts import sessions
from clinic.accounts.models import ApiToken


class BrowserSession(SessionAuthentication):
    """The browser's session with CSRF; answers 401, not 403, to a stranger."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class Token(TokenAuthentication):
    """`Authorization: Token …`: a person's token, which may do no more than its scopes say."""

    def authenticate_credentials(self, token: bytes) -> Any:
        try:
            return super().authenticate_credentials(token)  # type: ignore[no-untyped-call]
        except UnicodeDecodeError:
            raise AuthenticationFailed from None

    def validate_user(self, auth_token: ApiToken) -> Any:
        user, token = super().validate_user(auth_token)  # type: ignore[no-untyped-call]
        user.token_scopes = frozenset(token.scopes)
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > sessions.GRAIN:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return user, token
