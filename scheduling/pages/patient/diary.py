"""The portal: how is your pain today? Two taps."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import Conflict, Invalid
from patients.models import Patient
from patients.queries import own_record
from scheduling.pages.patient.clock import zone_of
from treatments.actions.pain_diary import DayWritten, keep_pain_day
from treatments.domain.pain_diary import may_change
from treatments.forms.own_diaries import NUMBERS, PainDayForm
from treatments.models import PainDiaryEntry
from treatments.queries.own_diaries import pain_day


@require_http_methods(["GET", "POST"])
@patient_page("treatments.keep_own_diary")
def diary(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Today's pain, or yesterday's for whoever forgot; the chart comes at once."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    zone = zone_of(patient.pk)
    day = _asked_day(request, now.astimezone(zone).date())
    there = pain_day(request.user, patient, day)
    if request.method == "GET":
        form = PainDayForm(initial=_initial(there, day, request.GET.get("pain", "")))
        return _shown(request, patient, form, day, there, zone, now)
    form = PainDayForm(request.POST)
    if not form.is_valid():
        return _shown(request, patient, form, day, there, zone, now, status=422)
    try:
        keep_pain_day(
            patient=patient,
            day=form.about(),
            said=form.said(),
            seen=form.cleaned_data["seen"],
            zone=zone,
            by=request.user,
            now=now,
        )
    except (Conflict, Invalid) as refusal:
        form = _kept(request.POST, there, is_stale=isinstance(refusal, DayWritten))
        form.add_error(None, _(refusal.sentence))
        return _shown(request, patient, form, day, there, zone, now, status=refusal.status)
    messages.success(request, _("Saved. Thank you."))
    return redirect("patient:pain", patient.pk)


def _asked_day(request: SignedInRequest, today: date) -> date:
    if request.method == "POST":
        try:
            return date.fromisoformat(request.POST.get("day", ""))
        except ValueError:
            return today
    is_yesterday = request.GET.get("day") == "yesterday"
    return today - timedelta(days=1) if is_yesterday else today


def _initial(there: PainDiaryEntry | None, day: date, pain: str) -> dict[str, Any]:
    """What stands there, with the number that was pressed on the page before."""
    pressed = {"nrs": int(pain)} if pain in {str(number) for number, _word in NUMBERS} else {}
    if there is None:
        return {"day": day.isoformat(), **pressed}
    return {
        "nrs": there.nrs,
        "took": there.took,
        "activity": there.activity,
        "note": there.note,
        "day": day.isoformat(),
        "seen": there.changed_at.isoformat(),
        **pressed,
    }


def _kept(sent: QueryDict, there: PainDiaryEntry | None, *, is_stale: bool) -> PainDayForm:
    """The same form with all that was typed; after it was told what stands there, it may go on."""
    data = sent.copy()
    if is_stale and there is not None:
        data["seen"] = there.changed_at.isoformat()
    again = PainDayForm(data)
    again.is_valid()
    return again


def _shown(
    request: SignedInRequest,
    patient: Patient,
    form: PainDayForm,
    day: date,
    there: PainDiaryEntry | None,
    zone: ZoneInfo,
    now: datetime,
    *,
    status: int = 200,
) -> HttpResponse:
    today = now.astimezone(zone).date()
    written_on = there.written_at.astimezone(zone).date() if there else None
    context = {
        "patient": patient,
        "form": form,
        "day": day,
        "is_today": day == today,
        "there": there,
        "is_open": may_change(day, written_on, today),
        "refused": status != 200,
    }
    return render(request, "scheduling/patient/diary.html", context, status=status)
