"""The answer to a request that went wrong: problem JSON under `/api/`, a page anywhere else."""

import sys

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from clinic.shared import pages, problems
from clinic.shared.database import is_out_of_reach
from clinic.shared.errors import DomainError, Invalid, NotAllowed, NotFound


class Broken(DomainError):
    """A mistake of ours. Nothing was saved by half: every write is one transaction."""

    code = "broken"
    status = 500
    title = "Something went wrong here"
    default_sentence = "Something went wrong on our side. Nothing was saved; please try again."


class Unavailable(DomainError):
    """The database is out of reach. What was being saved is there as a whole, or not at all."""

    code = "unavailable"
    status = 503
    title = "The clinic's records are out of reach"
    default_sentence = (
        "The clinic's records are out of reach for a moment. If you were saving something, look "
        "whether it is there before you do it again; the same Idempotency-Key is safe at any time."
    )


# Seconds: a restart of PostgreSQL takes about that long.
RETRY_AFTER = "2"


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, not a person."""
    return request.path_info.startswith("/api/")


def problem_answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal in the form that the asker can read."""
    return problems.problem_json(error) if is_api(request) else pages.problem_page(request, error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    return problem_answer(request, Invalid())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler403`."""
    return problem_answer(request, NotAllowed())


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """Django's `handler404`: the same words whether the thing is absent or not theirs."""
    return problem_answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: a mistake of ours, or the database is out of reach (503).

    The pages stand alone, without so much as the name of who asked: anything may be broken.
    """
    is_away = is_out_of_reach(sys.exception())
    problem: DomainError = Unavailable() if is_away else Broken()
    if is_api(request):
        answer = problems.problem_json(problem)
    else:
        told = {"request_id": request.META.get("HTTP_X_REQUEST_ID", "")}
        page = render_to_string(f"{problem.status}.html", told)
        answer = HttpResponse(page, status=problem.status)
    if is_away:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer
