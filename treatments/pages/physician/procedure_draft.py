"""The clinician: the form of a procedure that is not signed yet, sent by a button or by itself."""

from collections.abc import Iterable
from typing import Any

from django.http import JsonResponse, QueryDict
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError
from treatments.actions import procedures as actions
from treatments.actions.documents import StaleDraft
from treatments.forms.procedures import ProcedureForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.queries import procedures as queries

SIGN = "treatments.sign_procedures"
# Leaving out what is refused may bring out what else is wrong, but not for ever.
TRIES = 4


def draft_form(request: SignedInRequest, found: Procedure, data: Any = None) -> ProcedureForm:
    """The form of this draft, filled with what was sent or with what is saved."""
    content = content_of(found)
    return ProcedureForm(
        data,
        rules=queries.rules_for(request.user, found),
        performers=queries.performers(request.user),
        may_sign=request.user.has_perm(SIGN),
        content=content,
        initial={
            "performer": found.performer_id,
            "revision": found.revision,
            "drugs_seen": drugs_mark(content.drugs),
        },
    )


def change_of(form: ProcedureForm, *, keep_theirs: Iterable[str] = ()) -> actions.Change:
    """What a valid form wants to be saved."""
    return actions.Change(
        content=form.content,
        performer=form.performer,
        revision=form.cleaned_data["revision"],
        drugs_seen=form.cleaned_data["drugs_seen"] or None,
        keep_theirs=frozenset(keep_theirs),
    )


def save_by_itself(request: SignedInRequest, found: Procedure) -> JsonResponse:
    """Save what can be saved of a form that somebody is still filling in.

    What makes no sense yet is left out and named in `refused`, by field; it stays on their page.
    """
    data = request.POST.copy()
    refused: dict[str, str] = {}
    for _ in range(TRIES):
        form = draft_form(request, found, data)
        wrong = _save(request, found, form)
        if isinstance(wrong, JsonResponse):
            return wrong
        refused |= wrong
        if not wrong:
            return _told(request, found, refused)
        _leave_out(data, wrong, found)
    sentence = next(iter(refused.values()))
    return JsonResponse({"sentence": sentence, "refused": refused}, status=422)


def _save(
    request: SignedInRequest, found: Procedure, form: ProcedureForm
) -> dict[str, str] | JsonResponse:
    """Save it; the fields that keep it from being saved, or the answer that ends it."""
    if not form.is_valid():
        return form.faults
    try:
        actions.save_procedure(
            procedure=found, change=change_of(form), by=request.user, now=timezone.localtime()
        )
    except actions.WrongProcedure as refusal:
        form.complain(refusal.details["fields"])
        return form.faults
    except StaleDraft:
        return JsonResponse({"stale": True}, status=409)
    except DomainError as error:
        return JsonResponse({"sentence": error.sentence}, status=error.status)
    return {}


def _leave_out(data: QueryDict, wrong: Iterable[str], found: Procedure) -> None:
    for name in wrong:
        if name == "performed_at" and found.performed_at and data.get(name):
            # It always has a time: the one it had.
            data[name] = timezone.localtime(found.performed_at).isoformat()[:16]
        else:
            data.setlist(name, [])


def _told(request: SignedInRequest, found: Procedure, refused: dict[str, str]) -> JsonResponse:
    fresh = queries.access_procedure(request.user, found.pk, now=timezone.now())
    told = {
        "revision": fresh.revision,
        "drugs_seen": drugs_mark(content_of(fresh).drugs),
        "saved_at": f"{timezone.localtime():%H:%M}",
        "refused": refused,
    }
    return JsonResponse(told)
