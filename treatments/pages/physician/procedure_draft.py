"""The clinician: the form of a procedure that is not signed yet, sent by a button or by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import JsonResponse, QueryDict
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError
from treatments.actions import procedures as actions
from treatments.actions.documents import NotADraft, StaleDraft
from treatments.domain.procedures import Content
from treatments.forms.procedure_parts import field_of
from treatments.forms.procedure_values import Values, differing, kept_values, sent_values
from treatments.forms.procedures import ProcedureForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.queries import procedures as queries

SIGN = "treatments.sign_procedures"
# Leaving out what is refused may bring out what else is wrong, but not for ever.
TRIES = 6


def draft_form(request: SignedInRequest, found: Procedure, data: Any = None) -> ProcedureForm:
    """The form of this draft, filled with what was sent or with what is saved."""
    return draft_form_of(request, found, content_of(found), found.performer_id, data)


def draft_form_of(
    request: SignedInRequest,
    found: Procedure,
    content: Content,
    performer_id: int | None,
    data: Any = None,
) -> ProcedureForm:
    """The form of this draft as if it said something else."""
    performers = queries.performers(request.user)
    if found.performer is not None and found.performer not in performers:
        # Whoever did it may have left since.
        performers.append(found.performer)
    return ProcedureForm(
        data,
        rules=queries.rules_for(request.user, found),
        performers=performers,
        may_sign=request.user.has_perm(SIGN),
        content=content,
        initial={
            "performer": performer_id,
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


@dataclass(frozen=True)
class _Sent:
    """A form that saves itself: the draft as it was, and where somebody has still to choose."""

    request: SignedInRequest
    found: Procedure
    undecided: frozenset[str]

    def form(self, data: QueryDict) -> ProcedureForm:
        return draft_form(self.request, self.found, data)

    def under_way(self, data: QueryDict, refused: Iterable[str]) -> Content | None:
        """What the page had sent just before and has had no answer to; None if there is nothing.

        `before` names the fields that said something else then, `before-NAME` what they said.
        """
        names = {*self.request.POST.getlist("before")} - {*refused}
        if not names:
            return None
        earlier = data.copy()
        for name in names:
            earlier.setlist(name, self.request.POST.getlist(f"before-{name}"))
        form = self.form(earlier)
        return form.content if form.is_valid() else None


def save_by_itself(request: SignedInRequest, found: Procedure) -> JsonResponse:
    """Save what can be saved of a form that somebody is still filling in.

    What makes no sense yet stays in the draft as it was and is named in `refused`, by field; what
    was typed stays on their page. Where they have still to choose (`clash`), nothing is touched.
    """
    sent = _Sent(request, found, frozenset(request.POST.getlist("clash")))
    data = request.POST.copy()
    refused: dict[str, str] = {}
    for _ in range(TRIES):
        form = sent.form(data)
        try:
            wrong = _save(sent, form, sent.under_way(data, refused))
        except StaleDraft as stale:
            # The page goes on with everything else.
            names = [{"piece": n, "field": field_of(n)} for n in stale.details["fields"]]
            return JsonResponse({"stale": True, "names": names}, status=409)
        except DomainError as error:
            told = {"sentence": error.sentence, "signed": isinstance(error, NotADraft)}
            return JsonResponse(told, status=error.status)
        if not wrong:
            return _told(sent, data, refused)
        _leave_out(data, wrong, kept_values(draft_form(request, found)), set(refused))
        refused |= wrong
    sentence = next(iter(refused.values()))
    return JsonResponse({"sentence": sentence, "refused": refused}, status=422)


def _save(sent: _Sent, form: ProcedureForm, under_way: Content | None) -> dict[str, str]:
    """Save it; the fields that keep it from being saved, with a sentence for each."""
    if not sent.found.is_draft:
        raise NotADraft
    if not form.is_valid():
        return form.faults
    try:
        change = replace(change_of(form, keep_theirs=sent.undecided), under_way=under_way)
        actions.save_procedure(
            procedure=sent.found, change=change, by=sent.request.user, now=timezone.localtime()
        )
    except actions.WrongProcedure as refusal:
        form.complain(refusal.details["fields"])
        return form.faults
    return {}


def _leave_out(data: QueryDict, wrong: Iterable[str], kept: Values, again: set[str]) -> None:
    """Put what is saved in the place of what is refused; nothing, if that will not do either."""
    for name in wrong:
        row = name.rsplit("-", 1)[0]
        is_other = name.startswith("drugs-") and data.getlist(f"{row}-drug") != kept.get(
            f"{row}-drug"
        )
        data.setlist(name, [] if is_other or name in again else kept.get(name, []))


def _told(sent: _Sent, data: QueryDict, refused: dict[str, str]) -> JsonResponse:
    """Where the draft stands now, and what others wrote in it that this page does not show yet."""
    fresh = queries.access_procedure(sent.request.user, sent.found.pk, now=timezone.now())
    seen, before = data.get("drugs_seen", ""), drugs_mark(content_of(sent.found).drugs)
    kept = kept_values(draft_form(sent.request, fresh))
    known = {*refused, *map(field_of, sent.undecided)}
    mine = sent_values(sent.form(data), data)
    others = {name: kept[name] for name in differing(mine, kept) if name not in known}
    told = {
        "revision": fresh.revision,
        # Rows that somebody else wrote are not on this page; they are still to be read.
        "drugs_seen": drugs_mark(content_of(fresh).drugs) if seen == before else seen,
        "drugs_changed": seen != before,
        "saved_at": f"{timezone.localtime():%-I:%M %p}",
        "refused": refused,
        "others": others,
    }
    return JsonResponse(told)
