"""What people told before a visit: read by those who treat them, and taken over line by line."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError, NotFound
from clinic.shared.forms import checked
from treatments.actions.intakes import Decided, decide_line
from treatments.domain.body import PARTS
from treatments.domain.intake import LINES, Subject
from treatments.forms.intake import DecisionForm
from treatments.models import Verdict
from treatments.pages.physician.doors import opens_chart
from treatments.queries.intakes import ReadIntake, read_intake, to_look_through
from treatments.queries.record import RecordHeader, record_header

_HEADINGS = {
    Subject.ALLERGIES: "Allergies",
    Subject.MEDICINES: "Medicines",
    Subject.HISTORY: "Illnesses",
    Subject.SURGERIES: "Surgery",
}


@require_GET
@physician_page("patients.take_over_said")
def intakes(request: SignedInRequest) -> HttpResponse:
    """What was told lately and has lines that nobody has decided on."""
    rows = to_look_through(request.user, now=timezone.now())
    return render(request, "treatments/physician/intakes.html", {"rows": rows})


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def intake(
    request: SignedInRequest, patient_id: UUID, intake_id: UUID | None = None
) -> HttpResponse:
    """What the person told last, or in another version of it."""
    record = record_header(request.user, patient_id, now=timezone.now())
    found = read_intake(request.user, record.patient, intake_id)
    return _shown(request, record, found)


@require_POST
@physician_page("patients.take_over_said")
@opens_chart
def decide(request: SignedInRequest, patient_id: UUID, intake_id: UUID) -> HttpResponse:
    """Take one line into the record, or say that it is known, or why not."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    found = read_intake(request.user, record.patient, intake_id)
    if found is None:
        raise NotFound
    said = checked(DecisionForm(request.POST)).cleaned_data
    try:
        _decide(request, found, said, now)
    except DomainError as refusal:
        if refusal.status not in {400, 409, 422}:
            raise
        again = read_intake(request.user, record.patient, intake_id)
        return _shown(request, record, again, refusal, said)
    return redirect("physician:intake-version", record.patient.pk, intake_id)


def _decide(
    request: SignedInRequest, found: ReadIntake, said: dict[str, str], now: datetime
) -> None:
    verdict = Verdict(said["verdict"])
    row = decide_line(
        intake=found.intake,
        subject=said["subject"],
        item=said["item"],
        decided=Decided(verdict, said["reason"]),
        by=request.user,
        now=now,
    )
    messages.success(request, f"{row.said['what']}: {row.get_verdict_display().lower()}.")


def _shown(
    request: SignedInRequest,
    record: RecordHeader,
    found: ReadIntake | None,
    refusal: DomainError | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    answers = found.intake.answers if found else {}
    marked = set(answers.get(Subject.WHERE, {}).get("parts", []))
    context = {
        "record": record,
        "tab": "intake",
        "found": found,
        "reason": answers.get(Subject.REASON, {}).get("words", ""),
        "bodies": [
            (view.capitalize(), [(part, part.key in marked) for part in PARTS if part.view == view])
            for view in ("front", "back")
        ],
        "marked": [part.label for part in PARTS if part.key in marked],
        "now": answers.get(Subject.NOW, {}).get("pain"),
        "peg": answers.get(Subject.PEG, {}),
        "lists": _lists(found),
        "refusal": refusal.sentence if refusal else "",
        "typed": typed or {},
        "may_take": request.user.has_perm("patients.take_over_said"),
    }
    status = refusal.status if refusal else 200
    return render(request, "treatments/physician/intake.html", context, status=status)


def _lists(found: ReadIntake | None) -> list[dict[str, object]]:
    """The lists, those first that can do harm; each with what to say if it has no lines."""
    if found is None:
        return []
    answers = found.intake.answers
    return [
        {
            "heading": heading,
            "lines": [line for line in found.lines if line.item.subject == subject],
            "is_asked": subject in answers,
            "none": answers.get(subject, {}).get("none", False),
        }
        for subject, heading in _HEADINGS.items()
        if subject in LINES
    ]
