"""The front door: after signing in, everybody lands where their day begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.accounts.models import as_user
from clinic.navigation import first_page


def home(request: HttpRequest) -> HttpResponse:
    """Send the person to the first page of their role, or to sign in."""
    user = as_user(request.user)
    if user is None:
        return redirect("account_login")
    return redirect(first_page(user))
