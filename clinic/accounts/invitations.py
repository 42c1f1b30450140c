"""Telling somebody that they can sign in."""

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from clinic.accounts.models import User


def mail_link(request: HttpRequest, user: User) -> None:
    """Mail somebody the link with which they choose a password; using it verifies the address."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)
