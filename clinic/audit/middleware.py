"""Every request leaves its trace: where it came from, and whom it showed."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from structlog.contextvars import bind_contextvars, get_contextvars

from clinic.audit.reading import reading
from clinic.shared.origin import Origin, called_from, without_secret


class KeepTrace:
    """Tells history, read log and log where a request came from, and writes the read log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = Origin(
            request_id=str(get_contextvars().get("request_id", "")),
            ip=_caller(request),
            address=without_secret(request.path_info),
        )
        bind_contextvars(ip=origin.ip)
        with called_from(origin), reading(timezone.now()):
            return self.get_response(request)


def _caller(request: HttpRequest) -> str | None:
    """The caller's address, as the sign-in limits see it."""
    try:
        address: str = get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None
    return address
