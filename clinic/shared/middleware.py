"""Answers given once, for every page and endpoint, before any of them runs."""

import re
from collections.abc import Callable
from time import perf_counter
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_noop as N_

from clinic.shared.answers import problem_answer
from clinic.shared.errors import DomainError, Invalid, NotFound
from clinic.shared.metrics import count_answer

# More than a photo of the largest cameras of phones, with what a form writes around it.
READ_AWAY_AT_MOST = 40_000_000

Handler = Callable[[HttpRequest], HttpResponse]


class TooLarge(DomainError):
    """The body is larger than the clinic accepts."""

    code = "too_large"
    status = 413
    title = N_("Too large")
    default_sentence = N_("What was sent is too large to be accepted.")


class RefuseMalformedRequests:
    """NUL characters, bytes that are no text, and oversized bodies end here, clearly answered."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _refuse_nul(request)
            _refuse_large_body(request)
            return self.get_response(request)
        except TooLarge as error:
            return _back_to_the_form(request) or problem_answer(request, error)
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
        raise Invalid(N_("The address contains a NUL character."))
    try:
        query.decode()
    except UnicodeDecodeError:
        raise Invalid(N_("The address contains bytes that are not text.")) from None


def _refuse_large_body(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit():
        raise Invalid(N_("The length of what was sent is not a number."))
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
    if getattr(view, "keeps_words", False) and kind == "multipart/form-data":
        return READ_AWAY_AT_MOST
    files = settings.MAX_UPLOAD_BYTES if getattr(view, "takes_files", False) else 0
    if kind == "application/json":
        files = files * 4 // 3
    return int(settings.MAX_BODY_BYTES + files)


def _back_to_the_form(request: HttpRequest) -> HttpResponse | None:
    """To the page itself, if it says in its own words what was too large; it changes nothing."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    if not getattr(view, "leads_back_if_too_large", False):
        return None
    return HttpResponseRedirect(f"{request.path}?too-large=1")


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


_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")


class NameRequests:
    """One id for each request, from its answer to the messages it caused and to the tasks' logs.

    A proxy's own id (`X-Request-ID`) is kept if it is well-formed: anything else could forge lines
    of the log. The answer carries it, and so does the page that says that something went wrong.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        name = told if _WELL_FORMED.fullmatch(told) else str(uuid4())
        request.META["HTTP_X_REQUEST_ID"] = name
        response = self.get_response(request)
        response.headers["X-Request-ID"] = name
        return response


class CountAnswers:
    """Each answer, by the name of its route and how long it took (`clinic.shared.metrics`)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        count_answer(
            # An address without a name answers "not found" to all there is below it.
            route=match.view_name if match and match.url_name else "",
            method=request.method,
            status=response.status_code,
            seconds=perf_counter() - began,
        )
        return response
