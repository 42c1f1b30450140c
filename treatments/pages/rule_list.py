"""The rulebook as a list, which managers and physicians read alike."""

from typing import Any

from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.forms import checked
from treatments.forms.rulebook import RulebookSearchForm
from treatments.queries import rulebook as read


def listed(request: SignedInRequest) -> dict[str, Any]:
    """The rules that were searched for, for the templates of both. Raises `Invalid`."""
    form = RulebookSearchForm(request.GET)
    return {
        "form": form,
        "views": read.rulebook(request.user, **checked(form).wanted()),
        "today": timezone.localdate(),
        "sleeping": read.sleeping(request.user),
    }
