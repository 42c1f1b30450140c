"""How the API knows who asks."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class BrowserSession(SessionAuthentication):
    """The browser's session with CSRF; answers 401, not 403, to a stranger."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"
