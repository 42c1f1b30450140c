"""The clinician: what one person changed in the form of a procedure, laid over what it says now."""

from collections.abc import Collection
from dataclasses import replace

from django.http import QueryDict

from clinic.accounts.guards import SignedInRequest
from treatments.forms.procedure_values import DRUGS, Values, differing, kept_values, sent_values
from treatments.forms.procedures import ProcedureForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark, said_by
from treatments.pages.physician.procedure_draft import draft_form, draft_form_of


def own_fields(
    request: SignedInRequest, fresh: Procedure, form: ProcedureForm, data: QueryDict
) -> Values:
    """What somebody sent in the fields that they changed since they read them."""
    mine = sent_values(form, data)
    text = data.get("revision", "")
    seen = fresh.as_read_at(int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0)
    if seen is None:
        return mine
    content = replace(said_by(seen), drugs=content_of(fresh).drugs)
    base = kept_values(draft_form_of(request, fresh, content, seen.performer_id))
    return {name: mine[name] for name in differing(mine, base)}


def own_drugs(data: QueryDict, form: ProcedureForm) -> bool:
    """Whether somebody changed the rows of drugs since they read them."""
    rows = form.rows.readable
    return not form.rows.is_valid() or drugs_mark(rows) != data.get("drugs_seen", "")


def laid_over(
    request: SignedInRequest, draft: Procedure, names: Collection[str], source: QueryDict
) -> QueryDict:
    """What a browser would send of this draft with these fields taken from `source`.

    With `drugs` among the names, all the rows are taken from there.
    """
    data = QueryDict(mutable=True)
    for name, texts in kept_values(draft_form(request, draft)).items():
        if not (DRUGS in names and name.startswith(f"{DRUGS}-")):
            data.setlist(name, texts)
    for name in names:
        data.setlist(name, source.getlist(name))
    for name in source:
        if DRUGS in names and name.startswith(f"{DRUGS}-"):
            data.setlist(name, source.getlist(name))
    data["revision"] = str(draft.revision)
    data["drugs_seen"] = drugs_mark(content_of(draft).drugs)
    return data
