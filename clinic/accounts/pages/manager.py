"""The manager: who may do what, and who may sign in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts import actions, queries
from clinic.accounts.forms import InviteForm, TeamsForm, UserSearchForm
from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.accounts.invitations import mail_link
from clinic.accounts.roles import PERMISSIONS, ROLES, Role


@require_GET
@manager_page("accounts.view_roles")
def roles(request: SignedInRequest) -> HttpResponse:
    """The table of roles, as the program itself reads it."""
    rows = [
        (sentence, [name in sheet.permissions for sheet in ROLES.values()])
        for name, sentence in PERMISSIONS.items()
    ]
    return render(request, "accounts/manager/roles.html", {"roles": ROLES.items(), "rows": rows})


@require_http_methods(["GET", "POST"])
@manager_page("accounts.manage_users")
def users(request: SignedInRequest) -> HttpResponse:
    """Everybody who signs in, and a form for a new colleague."""
    form = InviteForm(request.POST or None, teams=queries.teams(request.user))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            return _invite(request, form)
        status = 422
    text = UserSearchForm(request.GET).text()
    context = {"form": form, "q": text, "users": queries.users(request.user, text)}
    return render(request, "accounts/manager/users.html", context, status=status)


def _invite(request: SignedInRequest, form: InviteForm) -> HttpResponse:
    wish = form.cleaned_data
    user = actions.invite_user(
        email=wish["email"],
        name=wish["name"],
        role=Role(wish["role"]),
        teams=wish["teams"],
        by=request.user,
        now=timezone.now(),
    )
    mail_link(request, user)
    messages.success(request, f"{user} gets a mail with a link to choose a password.")
    return redirect("manager:user", user.pk)


@require_http_methods(["GET", "POST"])
@manager_page("accounts.manage_users")
def user(request: SignedInRequest, user_id: int) -> HttpResponse:
    """One of them: where they work, and whether they may sign in."""
    person = queries.access_user(request.user, user_id)
    chosen = [str(m.team_id) for m in person.team_memberships.all()]
    # Without any box ticked the form is empty, which is an answer as well.
    sent = request.POST if request.method == "POST" else None
    form = TeamsForm(sent, teams=queries.teams(request.user), initial={"teams": chosen})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            actions.set_teams(
                user=person, teams=form.cleaned_data["teams"], by=request.user, now=timezone.now()
            )
            messages.success(request, "Saved.")
            return redirect("manager:user", person.pk)
        status = 422
    context = {"person": person, "form": form}
    return render(request, "accounts/manager/user.html", context, status=status)


@require_POST
@manager_page("accounts.manage_users")
def disable(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Let somebody in no more, from this moment."""
    person = queries.access_user(request.user, user_id)
    actions.disable_user(user=person, by=request.user, now=timezone.now())
    messages.success(request, f"{person} cannot sign in any more, and is signed out everywhere.")
    return redirect("manager:user", person.pk)


@require_POST
@manager_page("accounts.manage_users")
def enable(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Let somebody in again."""
    person = queries.access_user(request.user, user_id)
    actions.enable_user(user=person, by=request.user, now=timezone.now())
    messages.success(request, f"{person} can sign in again.")
    return redirect("manager:user", person.pk)


@require_POST
@manager_page("accounts.manage_users")
def reset_factor(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Forget a lost phone."""
    person = queries.access_user(request.user, user_id)
    actions.reset_second_factor(user=person, by=request.user, now=timezone.now())
    messages.success(request, f"{person} sets up a new second factor at the next sign-in.")
    return redirect("manager:user", person.pk)
