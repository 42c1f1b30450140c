"""Answers given once, for every page and endpoint, before any of them runs."""

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from clinic.shared.answers import problem_answer
from clinic.shared.errors import DomainError, Invalid, NotFound

READ_AWAY_AT_MOST = 20_000_000

Handler = Callable[[HttpRequest], HttpResponse]


class TooLarge(DomainError):
    """The body is larger than the clinic accepts."""

    code = "too_large"
    status = 413
    title = "Too large"
    default_sentence = "What was sent is too large to be accepted."


class RefuseMalformedRequests:
    """NUL characters, bytes that are no text, and oversized bodies end here, clearly answered."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _refuse_nul(request)
            _refuse_large_body(request)
            return self.get_response(request)
        except DomainError as error:
            return problem_answer(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            return problem_answer(request, TooLarge())
        if isinstance(error, TooManyFieldsSent):
            return problem_answer(request, Invalid("The form has too many fields."))
        return None


def _refuse_nul(request: HttpRequest) -> None:
    if "\x00" in request.path_info:
        raise NotFound
    query = unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " "))
    if b"\x00" in query:
        raise Invalid("The address contains a NUL character.")
    try:
        query.decode()
    except UnicodeDecodeError:
        raise Invalid("The address contains bytes that are not text.") from None


def _refuse_large_body(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit():
        raise Invalid("The length of what was sent is not a number.")
    if int(length) <= settings.MAX_BODY_BYTES:
        return
    if int(length) > _most_bytes(request):
        _read_away(request, int(length))
        raise TooLarge
    if request.content_type == "application/json":
        # Django knows one limit for every body; this is what it does below that limit.
        request._body = request.read(int(length))


def _most_bytes(request: HttpRequest) -> int:
    """A form's worth, or a file's and a form's worth where files are taken.

    In JSON a file is base64: four letters for three bytes.
    """
    kind = request.content_type or ""
    if kind not in {"multipart/form-data", "application/json"}:
        return int(settings.MAX_BODY_BYTES)
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return int(settings.MAX_BODY_BYTES)
    files = settings.MAX_UPLOAD_BYTES if getattr(view, "takes_files", False) else 0
    if kind == "application/json":
        files = files * 4 // 3
    return int(settings.MAX_BODY_BYTES + files)


def _read_away(request: HttpRequest, length: int) -> None:
    """Take the body off the wire, so that the sender reads our answer and the connection lives on.

    Only up to a bound: whoever sends more than that loses the connection.
    """
    left = min(length, READ_AWAY_AT_MOST)
    while left > 0:
        chunk = request.META["wsgi.input"].read(min(left, 65_536))
        if not chunk:
            return
        left -= len(chunk)


class KeepPatientPagesOutOfCaches:
    """Every answer but a static file is `no-store`: it may hold a patient's data."""

    CACHEABLE: Final = (settings.STATIC_URL,)

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(self.CACHEABLE):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
