"""The answer to a request that went wrong: problem JSON under `/api/`, a page anywhere else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.shared import pages, problems
from clinic.shared.errors import DomainError, Invalid, NotAllowed, NotFound


class Broken(DomainError):
    """A mistake of ours. Nothing was saved by half: every write is one transaction."""

    code = "broken"
    status = 500
    title = "Something went wrong here"
    default_sentence = "Something went wrong on our side. Nothing was saved; please try again."


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
    """Django's `handler500`. Its page stands alone, because anything may be broken."""
    if is_api(request):
        return problems.problem_json(Broken())
    return render(request, "500.html", status=500)
