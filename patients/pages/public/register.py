"""Asking for the portal without an invitation. The answer is always the same."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import public_page
from patients.actions.portal_requests import ask_for_portal
from patients.forms.joining import RegisterForm, too_often


@require_http_methods(["GET", "POST"])
@public_page("takes what a stranger types, and tells them nothing about anybody")
def register(request: HttpRequest) -> HttpResponse:
    """Name, birth date and how to write back. Whether we know them is found out later."""
    initial = {"language": translation.get_language() or "en"}
    form = RegisterForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and consume(request, action="register"):
            ask_for_portal(asked=form.asked(), by=None, now=timezone.now())
            return redirect("register:asked")
        if not form.errors:
            status = 429
            form.add_error(None, too_often())
    return render(request, "patients/public/register.html", {"form": form}, status=status)


@require_GET
@public_page("says the same to everybody")
def asked(request: HttpRequest) -> HttpResponse:
    """If we know you, we will write to you."""
    return render(request, "patients/public/register_asked.html")
