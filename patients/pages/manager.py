"""Managers and the privacy officer: who read what, whole records, joined records."""

import csv
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.audit.models import ReadKind
from clinic.shared.errors import Invalid
from clinic.shared.forms import checked
from clinic.shared.spreadsheets import harmless
from patients.actions.merge import merge_patients, undo_merge
from patients.forms.oversight import MergeForm, PairForm, ReadFilterForm
from patients.forms.people import PersonSearchForm
from patients.queries import access_patient, care, oversight, search
from patients.queries import merges as joined
from patients.queries.record import whole_record

PAGE = 50
LONGEST_EXPORT = 50_000


@require_GET
@manager_page("patients.search")
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person, to hand out their record or to see who looked at it."""
    text = PersonSearchForm(request.GET).text()
    found = search(request.user, text, today=timezone.localdate())
    return render(request, "patients/manager/people.html", {"q": text, "people": found})


@require_GET
@manager_page("patients.export_record")
def record(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Everything about a person, to read and to print."""
    now = timezone.now()
    whole = whole_record(request.user, patient_id, now=now, kind=ReadKind.PRINT)
    return render(request, "patients/manager/record.html", {"record": whole})


@require_GET
@manager_page("patients.export_record")
def record_json(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Everything about a person, as a file for a program."""
    whole = whole_record(request.user, patient_id, now=timezone.now(), kind=ReadKind.EXPORT)
    body = {
        "record_number": whole.patient.record_number,
        "taken_at": whole.taken_at,
        "sections": {section.title: section.rows for section in whole.sections},
    }
    name = f"record-{whole.patient.record_number}.json"
    return JsonResponse(
        body,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"indent": 1},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_GET
@manager_page("audit.view")
def changes(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was written about a person, by whom and when."""
    patient = access_patient(request.user, patient_id, now=timezone.now())
    context = {"patient": patient, "changes": oversight.changes(request.user, patient.pk)}
    return render(request, "patients/manager/changes.html", context)


@require_GET
@manager_page("audit.view")
def reads(request: SignedInRequest) -> HttpResponse:
    """The read log, by whatever one looks for."""
    form = ReadFilterForm(request.GET)
    wanted = checked(form).wanted()
    person = None
    if wanted.patient_id:
        person = access_patient(request.user, wanted.patient_id, now=timezone.now())
    page = Paginator(oversight.reads(request.user, wanted), PAGE).get_page(
        form.cleaned_data["page"]
    )
    context = {
        "form": form,
        "person": person,
        "page": page,
        "reads": oversight.with_people(request.user, list(page.object_list)),
        "query": _without_page(request),
    }
    return render(request, "patients/manager/reads.html", context)


@require_GET
@manager_page("audit.view")
def reads_csv(request: SignedInRequest) -> HttpResponse:
    """The same as a file: a line for each person that was seen."""
    wanted = checked(ReadFilterForm(request.GET)).wanted()
    events = list(oversight.reads(request.user, wanted)[: LONGEST_EXPORT + 1])
    if len(events) > LONGEST_EXPORT:
        raise Invalid("These are more than 50,000 looks: narrow the filter, by days for example.")
    seen = oversight.with_people(request.user, events)
    ids = (person.pk for read in seen for person in read.people)
    oversight.note_export(request.user, "read log file", ids)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="read-log.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [
            "instant",
            "user",
            "role",
            "how",
            "what",
            "purpose",
            "reason",
            "record",
            "person",
            "ip",
            "page",
            "request",
        ]
    )
    writer.writerows(harmless(row) for row in _lines(seen))
    return response


@require_GET
@manager_page("patients.view_emergency_access")
def emergency_accesses(request: SignedInRequest) -> HttpResponse:
    """Charts that were opened without being in the care team."""
    now = timezone.now()
    found = care.emergency_accesses(request.user, now=now)
    context = {"accesses": found, "now": now}
    return render(request, "patients/manager/emergency_accesses.html", context)


@require_GET
@manager_page("patients.merge")
def merges(request: SignedInRequest) -> HttpResponse:
    """Records that were joined, and the way to join two."""
    asked = checked(PairForm(request.GET)).cleaned_data
    found = search(request.user, asked["q"], today=timezone.localdate()) if asked["q"] else []
    context = {"q": asked["q"], "people": found, "merges": joined.merges(request.user)}
    return render(request, "patients/manager/merges.html", context)


@require_http_methods(["GET", "POST"])
@manager_page("patients.merge")
def merge(request: SignedInRequest) -> HttpResponse:
    """What joining two records would do; and doing it."""
    now = timezone.now()
    form = MergeForm(request.POST or None, initial=request.GET.dict())
    pair = checked(PairForm(request.POST or request.GET)).cleaned_data
    if not (pair["kept"] and pair["merged"]):
        return redirect("manager:merges")
    kept = access_patient(request.user, pair["kept"], now=now)
    merged = access_patient(request.user, pair["merged"], now=now)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        merge_patients(kept=kept, merged=merged, reason=reason, by=request.user, now=now)
        messages.success(request, f"{merged.record_number} is now part of {kept.record_number}.")
        return redirect("manager:merges")
    preview = joined.merge_preview(request.user, kept, merged)
    context = {"form": form, "kept": kept, "merged": merged, "preview": preview}
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/manager/merge.html", context, status=status)


@require_POST
@manager_page("patients.merge")
def undo(request: SignedInRequest, merge_id: int) -> HttpResponse:
    """Take a merge back."""
    merge = joined.access_merge(request.user, merge_id)
    undo_merge(merge=merge, by=request.user, now=timezone.now())
    messages.success(request, "The two records stand for themselves again.")
    return redirect("manager:merges")


def _lines(seen: Iterable[oversight.Read]) -> Iterable[list[object]]:
    for read in seen:
        event = read.event
        for person in read.people:
            yield [
                _instant(event.occurred_at),
                f"{event.user.name} <{event.user.sign_in_name}>",
                event.role,
                event.kind,
                event.what,
                event.purpose,
                event.reason,
                person.record_number,
                person.name,
                event.ip or "",
                event.address,
                event.request_id,
            ]


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _without_page(request: SignedInRequest) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()
