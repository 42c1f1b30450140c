"""The switch of languages on every page that patients and strangers see."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from clinic.accounts.guards import public_page
from clinic.accounts.models import as_user
from clinic.shared.errors import DomainError
from patients.actions.languages import choose_language


@require_POST
@public_page("it sets the language of this browser; signed in, also of what one is sent")
def language(request: HttpRequest) -> HttpResponseBase:
    """Remember it in this browser, and go back to where the person was (Django sees to both)."""
    user = as_user(request.user)
    if user is not None and not user.is_staff_member:
        # A language that we do not speak changes nothing here either.
        with suppress(DomainError):
            choose_language(language=request.POST.get("language", ""), by=user, now=timezone.now())
    return set_language(request)
