"""The portal: what is to do before the next visit, on one list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import User
from patients.models import Patient
from patients.queries import own_record
from patients.queries.sent_files import own_consents
from scheduling.models import Appointment
from scheduling.queries.board import upcoming_visits
from treatments.queries.hold_plans import own_instructions
from treatments.queries.intakes import own_intake


@dataclass(frozen=True)
class BeforeVisit:
    """What is to do: `told` is what a clinician approved about medicines, "" if nothing."""

    visit: Appointment | None
    told: str
    words: str
    is_told: bool
    is_begun: bool
    to_sign: int

    @property
    def needs_preparation(self) -> bool:
        """Whether the person must do something at home first."""
        return self.visit is not None and (
            self.visit.visit_type.needs_preparation or bool(self.told)
        )

    @property
    def is_done(self) -> bool:
        """Whether nothing is asked of the person."""
        return self.is_told and not self.to_sign and not self.needs_preparation


@require_GET
@patient_page("patients.tell_own")
def before(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The list: how to get ready, what to tell, what to sign, what to send."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    visit = next(iter(upcoming_visits(request.user, patient, now=now)), None)
    told = own_instructions(request.user, patient, now=now) if visit else {}
    todo = before_visit(request.user, patient, visit, told=told, now=now)
    context = {"patient": patient, "list": todo}
    return render(request, "scheduling/patient/before.html", context)


def before_visit(
    viewer: User,
    patient: Patient,
    visit: Appointment | None,
    *,
    told: Mapping[UUID, str],
    now: datetime,
) -> BeforeVisit:
    """What is to do before this visit, or before any; the person comes from `own_record`.

    `told` is what `own_instructions` says.
    """
    own = own_intake(viewer, patient)
    consents = own_consents(viewer, patient, today=timezone.localdate(now))
    is_spanish = (get_language() or "en").startswith("es")
    kind = visit.visit_type if visit else None
    return BeforeVisit(
        visit=visit,
        told=told.get(visit.pk, "") if visit else "",
        words=(kind.preparation_es if is_spanish else kind.preparation_en) if kind else "",
        is_told=own.is_told_for(visit.pk) if visit else own.sent is not None,
        is_begun=own.draft is not None,
        to_sign=sum(one.is_wanted for one in consents),
    )
