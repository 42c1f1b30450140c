"""The way in for somebody who was invited: birth date, address, code, passkey or password.

The link alone opens nothing. Who has typed the right birth date has it noted in their session, for
half an hour and for this link; each later page looks there.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.accounts.invitations import let_in
from clinic.accounts.models import THE_CLINIC, User, as_user
from clinic.accounts.passkeys import (
    NewPasskey,
    PasskeyForm,
    next_user_id,
    what_the_browser_needs,
)
from clinic.accounts.sign_in_names import of_number, shown
from clinic.messaging.models import Channel
from clinic.shared.errors import DomainError
from clinic.shared.languages import ENGLISH, speak_to
from patients.actions.invitations import (
    InvitationOver,
    accept_invitation,
    join_by_invitation,
    try_invitation,
)
from patients.actions.languages import choose_language
from patients.actions.proofs import prove_joining_address, send_joining_code
from patients.domain.secrets import digest_of
from patients.forms.joining import (
    BirthDateForm,
    CodeForm,
    JoiningNameForm,
    PasswordForm,
    too_often,
)
from patients.models import PortalInvitation
from patients.queries.invitations import (
    invitation_in_hand,
    joined_just_now,
    proof_in_hand,
    signs_in_with,
    used_by_oneself,
)

WHY = "the secret in the address, with the birth date, opens one invitation"
NOTED = timedelta(minutes=30)
_KEY = "joining"

Step = Callable[[HttpRequest, str, PortalInvitation, dict[str, Any]], HttpResponse]


@require_http_methods(["GET", "POST"])
@public_page(WHY)
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for the birth date, whatever the link is; all that is wrong is answered alike."""
    came_in = _came_in(request, token)
    if came_in is not None:
        return redirect("patient:home", came_in.patient_id)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _start(request, form)
    if not consume(request, action="join"):
        form.add_error(None, too_often())
        return _start(request, form, status=429)
    now = timezone.now()
    born = form.cleaned_data["birth_date"]
    invitation = try_invitation(secret=token, birth_date=born, by=None, now=now)
    if invitation is None:
        form.add_error(
            None,
            _(
                "We could not open this link with this date. Look at the date again. "
                "It may also be that the link is old or was used. Then call us for a new one."
            ),
        )
        return _start(request, form)
    request.session[_KEY] = {
        "digest": digest_of(token),
        "until": (now + NOTED).timestamp(),
        "proof": 0,
        "name": "",
    }
    return redirect("join:account", token)


def _came_in(request: HttpRequest, token: str) -> PortalInvitation | None:
    """The invitation, if whoever is signed in here has used it: a link opened or pressed again."""
    user = as_user(request.user)
    if user is None or not user.has_perm("patients.view_own"):
        return None
    return used_by_oneself(user, digest_of(token))


def _start(request: HttpRequest, form: BirthDateForm, status: int = 0) -> HttpResponse:
    status = status or (422 if form.errors else 200)
    return render(request, "patients/public/join_start.html", {"form": form}, status=status)


def _step(page: Step) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page after the birth date; whoever has not typed it, or too long ago, begins with it."""

    @wraps(page)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        noted = request.session.get(_KEY) or {}
        now = timezone.now()
        is_noted = noted.get("digest") == digest_of(token) and noted["until"] > now.timestamp()
        invitation = invitation_in_hand(THE_CLINIC, noted["digest"], now=now) if is_noted else None
        if invitation is None:
            request.session.pop(_KEY, None)
            return redirect("join:start", token)
        _speak(request, invitation)
        return page(request, token, invitation, noted)

    return opened


def _speak(request: HttpRequest, invitation: PortalInvitation) -> None:
    """By the switch; else what either the browser or the invitation names that is not English.

    English is what stands there where nobody has thought of a language: a phone that is in Spanish,
    or a desk that wrote Spanish, has been told so by somebody.
    """
    asked = translation.get_language() or ENGLISH
    speak_to(request, invitation.language if asked == ENGLISH else asked)


def _go_on_in_it(user: User, now: datetime) -> None:
    """What they have read on the way in is the language of their own record from now on."""
    choose_language(language=translation.get_language() or ENGLISH, by=user, now=now)


@require_http_methods(["GET", "POST"])
@public_page(WHY)
@_step
def account(
    request: HttpRequest, token: str, invitation: PortalInvitation, noted: dict[str, Any]
) -> HttpResponse:
    """With which sign-in: the one that is open in this browser, or a new one."""
    user = as_user(request.user)
    if user is not None:
        return _accept(request, token, invitation, user)
    initial = {"name": invitation.address}
    form = JoiningNameForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if shown(name) == invitation.address.lower():
            # The link came to this very mailbox or phone.
            return _proven(request, token, noted, name)
        try:
            proof = send_joining_code(
                invitation=invitation,
                name=name,
                language=translation.get_language() or invitation.language,
                by=None,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, _(error.sentence))
        else:
            request.session[_KEY] = noted | {"proof": proof.pk, "name": ""}
            return redirect("join:code", token)
    context = {"form": form, "token": token, "invitation": invitation}
    status = 422 if form.errors else 200
    return render(request, "patients/public/join_account.html", context, status=status)


def _accept(
    request: HttpRequest, token: str, invitation: PortalInvitation, user: User
) -> HttpResponse:
    if request.method == "POST":
        accept_invitation(invitation_id=invitation.pk, by=user, now=timezone.now())
        request.session.pop(_KEY, None)
        return redirect("patient:home", invitation.patient_id)
    context = {"token": token, "may_accept": user.has_perm("patients.view_own")}
    return render(request, "patients/public/join_accept.html", context)


@require_http_methods(["GET", "POST"])
@public_page(WHY)
@_step
def code(
    request: HttpRequest, token: str, invitation: PortalInvitation, noted: dict[str, Any]
) -> HttpResponse:
    """The code from the message: who reads it there has that address or number."""
    proof = proof_in_hand(THE_CLINIC, invitation, noted["proof"])
    if proof is None:
        return redirect("join:account", token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        if prove_joining_address(proof_id=proof.pk, code=typed, by=None, now=timezone.now()):
            is_number = proof.channel == Channel.SMS
            name = of_number(proof.address.removeprefix("+")) if is_number else proof.address
            return _proven(request, token, noted, name)
        form.add_error(
            None, _("This code is not right, or it is too old. Look again, or get a new one.")
        )
    context = {"form": form, "token": token, "address": proof.address}
    status = 422 if form.errors else 200
    return render(request, "patients/public/join_code.html", context, status=status)


def _proven(request: HttpRequest, token: str, noted: dict[str, Any], name: str) -> HttpResponse:
    request.session[_KEY] = noted | {"name": name}
    return redirect("join:password", token)


@require_http_methods(["GET", "POST"])
@public_page(WHY)
@_step
def password(
    request: HttpRequest, token: str, invitation: PortalInvitation, noted: dict[str, Any]
) -> HttpResponse:
    """A passkey or a password, and the record is open. Whoever has a sign-in already uses that."""
    name = noted["name"]
    if not name:
        return redirect("join:account", token)
    if signs_in_with(THE_CLINIC, name):
        return render(request, "patients/public/join_known.html", {"token": token})
    to_be = User(pk=noted.get("user_id"), email=name, name=invitation.name)
    if to_be.pk is None:
        to_be.pk = next_user_id()
        request.session[_KEY] = noted | {"user_id": to_be.pk}
    typed, made = PasswordForm(user=to_be), PasskeyForm(user=to_be)
    if request.method == "POST" and "credential" in request.POST:
        made = PasskeyForm(request.POST, user=to_be)
        if made.is_valid():
            return _join(request, invitation, name, made.passkey(), timezone.now())
    elif request.method == "POST":
        typed = PasswordForm(request.POST, user=to_be)
        if typed.is_valid():
            return _join(request, invitation, name, typed.cleaned_data["password"], timezone.now())
    context = {
        "form": typed,
        "passkey": made,
        "js_data": what_the_browser_needs(to_be),
        "name": name,
    }
    status = 422 if typed.errors or made.errors else 200
    return render(request, "patients/public/join_password.html", context, status=status)


def _join(
    request: HttpRequest,
    invitation: PortalInvitation,
    name: str,
    key: str | NewPasskey,
    now: datetime,
) -> HttpResponse:
    try:
        user = join_by_invitation(
            invitation_id=invitation.pk, email=name, key=key, by=None, now=now
        )
    except InvitationOver:
        # A second press of the same button finds that the first has come in.
        found = joined_just_now(THE_CLINIC, invitation, name, now=now)
        if found is None or not _opens(found, key):
            raise
        user = found
    _go_on_in_it(user, now)
    request.session.pop(_KEY, None)
    has_passkey = isinstance(key, NewPasskey)
    let_in(request, user, by_passkey=has_passkey)
    if has_passkey:
        return redirect("patient:home", invitation.patient_id)
    # Whoever typed a password is shown that there is an easier way.
    return redirect("patient:welcome", invitation.patient_id)


def _opens(user: User, key: str | NewPasskey) -> bool:
    """Whether it is the key that this user has just been given."""
    return user.pk == key.user_id if isinstance(key, NewPasskey) else user.check_password(key)
