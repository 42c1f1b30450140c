"""The answer to whoever is outside the care team."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import render

from clinic.accounts.guards import SignedInRequest
from patients.queries.people import OutsideCareTeam

P = ParamSpec("P")
Page = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def opens_chart(page: Page[P]) -> Page[P]:
    """A decorator below the guard: a closed chart is answered by a page that names the ways in."""

    @functools.wraps(page)
    def answer(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except OutsideCareTeam as closed:
            context = {"problem": closed, "patient": closed.patient}
            template = "treatments/physician/closed.html"
            return render(request, template, context, status=closed.status)

    return answer
