"""The clinician: a procedure as a form, with what keeps it from being saved, or as a document."""

from collections.abc import Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from treatments.actions.documents import StaleDraft
from treatments.domain.outside_matches import matches
from treatments.domain.procedure_items import CHECKLIST, DEVICE
from treatments.domain.spine import known_levels
from treatments.domain.spine_picture import said
from treatments.forms.outside import TreatmentForm
from treatments.forms.procedure_parts import field_of
from treatments.forms.procedure_values import (
    DRUGS,
    differing,
    kept_values,
    sent_values,
    told,
    told_drugs,
)
from treatments.forms.procedures import ProcedureForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.pages.physician.procedure_draft import SIGN, draft_form
from treatments.pages.physician.procedure_overlay import laid_over, own_drugs, own_fields
from treatments.queries import procedures as queries
from treatments.queries.findings import findings_about_procedure
from treatments.queries.record import record_header

PREPARE = "treatments.prepare_procedures"
_OWN_PLACE = frozenset({"stop_reason", "no_contrast_reason"})


def show_stale(request: SignedInRequest, found: Procedure, stale: StaleDraft) -> HttpResponse:
    """The same form, saved next time on top of what the other has written."""
    fresh = queries.access_procedure(request.user, found.pk, now=timezone.now())
    sent = draft_form(request, fresh, request.POST)
    sent.is_valid()
    own = [*own_fields(request, fresh, sent, request.POST)]
    own += [DRUGS] if own_drugs(request.POST, sent) else []
    form = draft_form(request, fresh, laid_over(request, fresh, own, request.POST))
    form.is_valid()
    clashes = _clashes(request, fresh, form, stale)
    return show_form(request, fresh, form, clashes=clashes, status=stale.status)


def _clashes(
    request: SignedInRequest, fresh: Procedure, form: ProcedureForm, stale: StaleDraft
) -> list[dict[str, Any]]:
    names = form.rules.names
    drugs = {
        "label": "Drugs",
        "yours": told_drugs(form.rows.given, names),
        "theirs": told_drugs(content_of(fresh).drugs, names),
    }
    mine, kept = sent_values(form, request.POST), kept_values(draft_form(request, fresh))
    chosen = set(request.POST.getlist("theirs"))
    return [
        {"name": name, "is_theirs": name in chosen}
        | (drugs if name == DRUGS else _both(form, field_of(name), mine, kept))
        for name in stale.details["fields"]
    ]


def _both(
    form: ProcedureForm, name: str, mine: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, str]:
    return {
        "label": str(form[name].label),
        "yours": told(form, name, mine.get(name, [])),
        "theirs": told(form, name, kept.get(name, [])),
    }


def unread(request: SignedInRequest, before: Procedure) -> list[str]:
    """What stands in the draft now that somebody else wrote and that was not on the page sent.

    `before` is the draft as it was before the page was saved.
    """
    fresh = queries.access_procedure(request.user, before.pk, now=timezone.now())
    form = draft_form(request, before, request.POST)
    chosen = set(request.POST.getlist("theirs"))
    kept = kept_values(draft_form(request, fresh))
    names = differing(sent_values(form, request.POST), kept)
    labels = [str(form[name].label) for name in names if name not in map(field_of, chosen)]
    there, seen = drugs_mark(content_of(fresh).drugs), request.POST.get("drugs_seen", "")
    is_other = seen not in {"", drugs_mark(content_of(before).drugs)}
    if is_other and DRUGS not in chosen and drugs_mark(form.rows.readable) == seen != there:
        labels.append("Drugs")
    return labels


def show_form(
    request: SignedInRequest,
    found: Procedure,
    form: ProcedureForm,
    *,
    lacks: Any = (),
    clashes: Any = (),
    news: Any = (),
    status: int = 200,
) -> HttpResponse:
    """The draft as a form. `news` names what somebody else wrote and nobody has read here yet."""
    now = timezone.now()
    context = {
        "record": record_header(request.user, found.patient_id, now=now),
        "tab": "procedures",
        "procedure": found,
        "form": form,
        "lacks": lacks,
        "clashes": clashes,
        "news": news,
        "findings": findings_about_procedure(request.user, found, content_of(found), now=now),
        "may_sign": request.user.has_perm(SIGN),
        "check_fields": _asked(form, ""),
        "paper_fields": _asked(form, "paper"),
        "against_fields": _asked(form, "against"),
        "device_fields": [form[f"device_{i.key}"] for p, i in form.items() if p == "device"],
        "lots": _lots(request, form),
    }
    return render(request, "treatments/physician/procedure_form.html", context, status=status)


def _lots(request: SignedInRequest, form: ProcedureForm) -> dict[str, dict[str, Any]]:
    lots = queries.lots_in_use(request.user, now=timezone.now())
    return {
        key: {
            "unit": str(drug.unit),
            "strengths": list(drug.strengths),
            "lot": lots[key].number if key in lots else "",
            "expiry": lots[key].expiry if key in lots else "",
        }
        for key, drug in form.rules.drugs.items()
        if key in dict(form.rows.choices)
    }


def show_document(
    request: SignedInRequest,
    found: Procedure,
    *,
    wrong: str = "",
    asked: TreatmentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """What was signed, or was done elsewhere; `asked` is the question what that was."""
    content = content_of(found)
    may_tell = found.record_status == "outside" and found.source and request.user.has_perm(PREPARE)
    context = {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "procedures",
        "procedure": found,
        "replaced_by": getattr(found, "replaced_by", None),
        "where": said(content.region, known_levels(content.levels), content.laterality),
        "checked": _told(content.checklist, CHECKLIST),
        "device": _told(content.device_settings, DEVICE),
        "cement": content.device_settings.get("cement_ml", {}),
        "reasons": content.checklist.get("reasons", {}),
        "wrong": wrong,
        "may_sign": request.user.has_perm(SIGN),
        "asked": (asked or treatment_form(request, found)) if may_tell else None,
        "counted_as": queries.meant_by_words(request.user, found) if may_tell else "",
    }
    return render(request, "treatments/physician/procedure.html", context, status=status)


def treatment_form(request: SignedInRequest, found: Procedure, data: Any = None) -> TreatmentForm:
    """The question which treatment an imported procedure was."""
    treatments = queries.all_treatments(request.user)
    if found.treatment is not None and found.treatment not in treatments:
        treatments.append(found.treatment)
    return TreatmentForm(
        data,
        initial={"treatment": found.told, "region": found.region, "seen": found.told},
        treatments=treatments,
        likely=matches(found.text, {row.key: [row.name, row.plain] for row in treatments}),
    )


def _told(values: Mapping[str, Any], table: Any) -> list[tuple[str, str]]:
    told_ = []
    for key, item in table.items():
        value = values.get(key)
        if value in (None, "", False):
            continue
        text = dict(item.choices).get(value, value) if value is not True else "Yes"
        told_.append((item.label, f"{text} {item.unit}".strip()))
    return told_


def _asked(form: ProcedureForm, group: str) -> list[BoundField]:
    """The small questions under one heading; two stand beside what they are about."""
    return [
        form[f"check_{item.key}"]
        for prefix, item in form.items()
        if prefix == "check" and item.group == group and item.key not in _OWN_PLACE
    ]
