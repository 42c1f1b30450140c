"""The manager: who may do what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.accounts.roles import PERMISSIONS, ROLES


@require_GET
@manager_page("accounts.view_roles")
def roles(request: SignedInRequest) -> HttpResponse:
    """The table of roles, as the program itself reads it."""
    rows = [
        (sentence, [name in sheet.permissions for sheet in ROLES.values()])
        for name, sentence in PERMISSIONS.items()
    ]
    return render(request, "accounts/manager/roles.html", {"roles": ROLES.items(), "rows": rows})
