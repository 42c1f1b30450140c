"""How a refusal looks in the API: RFC 9457 problem JSON, for every error there is."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from clinic.shared.errors import DomainError

PROBLEM_JSON = "application/problem+json"


def problem_body(error: DomainError) -> dict[str, Any]:
    """`type`, `title`, `status`, `detail`, `code` and whatever the error adds."""
    return {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.sentence,
        "code": error.code,
        **error.details,
    }


def problem_json(error: DomainError) -> HttpResponse:
    """The error as an answer outside DRF."""
    return JsonResponse(problem_body(error), status=error.status, content_type=PROBLEM_JSON)


def as_problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: domain errors by their own words, DRF's by their field errors."""
    if isinstance(exc, DomainError):
        return Response(problem_body(exc), status=exc.status, content_type=PROBLEM_JSON)
    answer = exception_handler(exc, context)
    if answer is None:
        return None
    answer.data = _drf_problem(exc, answer)
    answer.content_type = PROBLEM_JSON
    return answer


def _drf_problem(exc: Exception, answer: Response) -> dict[str, Any]:
    problem: dict[str, Any] = {"type": "about:blank", "status": answer.status_code}
    if isinstance(exc, exceptions.ValidationError):
        return problem | {
            "title": "Something in the request is not right",
            "detail": "Some fields are missing or wrong.",
            "code": "invalid",
            "errors": exc.detail,
        }
    if isinstance(exc, Http404 | PermissionDenied):
        exc = exceptions.NotFound() if isinstance(exc, Http404) else exceptions.PermissionDenied()
    assert isinstance(exc, exceptions.APIException)
    detail = str(exc.detail)
    code = getattr(exc.detail, "code", exc.default_code)
    return problem | {"title": detail, "detail": detail, "code": code}
