"""The clinician: words about a procedure that was signed while they were typed.

They are shown beside what was signed, and an amendment can begin with them.
"""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from treatments.forms.procedure_values import (
    DRUGS,
    Values,
    differing,
    kept_values,
    told,
    told_drugs,
)
from treatments.forms.procedures import ProcedureForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.pages.physician.procedure_draft import SIGN, draft_form
from treatments.pages.physician.procedure_overlay import laid_over, own_drugs, own_fields
from treatments.queries import procedures as queries
from treatments.queries.record import record_header


def show_late(request: SignedInRequest, found: Procedure) -> HttpResponse:
    """What was typed and is not in what was signed, with a way to amend it."""
    now = timezone.now()
    fresh = queries.access_procedure(request.user, found.pk, now=now)
    data = with_carried(request, fresh) or request.POST
    form = draft_form(request, fresh, data)
    form.is_valid()
    signed = kept_values(draft_form(request, fresh))
    own = own_fields(request, fresh, form, data)
    fields = {name: own[name] for name in differing(own, signed)}
    drugs = _drugs(data, fresh, form)
    rows = [
        (str(form[name].label), told(form, name, texts), told(form, name, signed.get(name, [])))
        for name, texts in fields.items()
    ]
    if drugs:
        names = form.rules.names
        theirs = told_drugs(content_of(fresh).drugs, names)
        rows.append(("Drugs", told_drugs(form.rows.readable, names), theirs))
    correction = getattr(fresh, "replaced_by", None)
    carried = [(name, text) for name, texts in (fields | drugs).items() for text in texts]
    context: dict[str, Any] = {
        "record": record_header(request.user, fresh.patient_id, now=now),
        "tab": "procedures",
        "document": fresh,
        "rows": rows,
        "carried": [("carried", name) for name in (*fields, *([DRUGS] if drugs else []))] + carried,
        "may_amend": request.user.has_perm(SIGN)
        and fresh.record_status == "signed"
        and correction is None,
        "amend": reverse("physician:procedure-amend", args=[fresh.pk]),
        "signed": reverse("physician:procedure", args=[fresh.pk]),
        "correction": correction and reverse("physician:procedure", args=[correction.pk]),
    }
    return render(request, "treatments/physician/signed_meanwhile.html", context, status=409)


def _drugs(data: QueryDict, fresh: Procedure, form: ProcedureForm) -> Values:
    rows = drugs_mark(form.rows.readable)
    if not own_drugs(data, form) or rows == drugs_mark(content_of(fresh).drugs):
        return {}
    return {name: data.getlist(name) for name in data if name.startswith(f"{DRUGS}-")}


def with_carried(request: SignedInRequest, draft: Procedure) -> QueryDict | None:
    """What a browser would send of this draft with the carried words in it; None if none are."""
    known = {*draft_form(request, draft).fields, DRUGS}
    carried = [name for name in request.POST.getlist("carried") if name in known]
    return laid_over(request, draft, carried, request.POST) if carried else None
