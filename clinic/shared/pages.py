"""How a refusal looks on a page: the one translator from domain errors to HTML."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import select_template

from clinic.shared.errors import DomainError


def problem_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as a page of its own (or as a fragment, if a fragment was asked for)."""
    template = select_template([f"{error.status}.html", "400.html"])
    context = {"problem": {"title": error.heading, "sentence": error.sentence, "code": error.code}}
    return HttpResponse(template.render(context, request), status=error.status)


class ShowDomainErrors:
    """Turns a domain error that a page let through into the page that explains it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return problem_page(request, error)
        return None
