"""A person's chart: what a clinician reads in ten seconds, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from clinic.accounts.models import Viewer
from patients.models import Condition, MedicationStatement, Patient
from treatments.domain.recognized import MEASURES
from treatments.domain.states import RecordStatus
from treatments.domain.watch_out import Measured, Problem, WatchOut, watch_out
from treatments.models import (
    AdverseEvent,
    Consultation,
    EventOutcome,
    Observation,
    Procedure,
    TreatmentCourse,
)
from treatments.queries.effects import TreatmentEffect, effects_for
from treatments.queries.measured import scores_of
from treatments.queries.record import RecordHeader, record_header
from treatments.queries.story import Period, Story, story_of

RECENT_PROCEDURES = 50
RECENT_OBSERVATIONS = 40
RECENT_CONSULTATIONS = 5
_OVER = [EventOutcome.RESOLVED, EventOutcome.RESOLVED_WITH_SEQUELAE, EventOutcome.FATAL]


@dataclass(frozen=True)
class Chart:
    """What a clinician must know before doing anything, and what was done before."""

    record: RecordHeader
    watch_out: list[WatchOut]
    story: Story
    effects: list[TreatmentEffect]
    courses: list[TreatmentCourse]
    adverse_events: list[AdverseEvent]
    consultations: list[Consultation]
    procedure_drafts: list[Procedure]
    past_medications: list[MedicationStatement]
    past_conditions: list[Condition]
    procedures: list[Procedure]
    observations: list[Observation]

    @property
    def patient(self) -> Patient:
        """Whose chart it is."""
        return self.record.patient


def chart(
    viewer: Viewer, patient_id: UUID, *, period: Period | None, zone: ZoneInfo, now: datetime
) -> Chart:
    """A person's chart; days are by the clock of `zone`. Raises as `access_chart` does."""
    record = record_header(viewer, patient_id, now=now)
    patient, today = record.patient, now.astimezone(zone).date()
    drafts = Procedure.objects.filter(patient=patient, record_status=RecordStatus.DRAFT)
    elsewhere = Procedure.objects.filter(patient=patient, record_status=RecordStatus.OUTSIDE)
    observations = Observation.objects.filter(patient=patient)
    consultations = Consultation.objects.current().filter(patient=patient)
    scores = scores_of(viewer, [patient.pk])[patient.pk]
    return Chart(
        record=record,
        watch_out=_watch_out(record),
        story=story_of(viewer, patient, scores=scores, period=period, today=today, zone=zone),
        effects=effects_for(viewer, patient, zone=zone, now=now, scores=scores),
        courses=list(TreatmentCourse.objects.running().filter(patient=patient).with_details()),
        adverse_events=list(
            AdverseEvent.objects.standing()
            .filter(patient=patient)
            .exclude(outcome__in=_OVER)
            .select_related("risk")
        ),
        consultations=list(
            consultations.select_related("clinician").prefetch_related("diagnoses")[
                :RECENT_CONSULTATIONS
            ]
        ),
        procedure_drafts=list(drafts.select_related("treatment", "performer")),
        past_medications=[drug for drug in patient.medications.all() if not drug.is_active],
        past_conditions=[c for c in patient.conditions.all() if not c.is_active],
        procedures=list(
            elsewhere.order_by(F("performed_at").desc(nulls_last=True), "-id")[:RECENT_PROCEDURES]
        ),
        observations=list(
            observations.order_by(F("effective_at").desc(nulls_last=True), "-id")[
                :RECENT_OBSERVATIONS
            ]
        ),
    )


def _watch_out(record: RecordHeader) -> list[WatchOut]:
    is_egfr = Q()
    for word in MEASURES["egfr"]:
        is_egfr |= Q(text__icontains=word)
    kidneys = Observation.objects.filter(
        is_egfr, patient=record.patient, value__isnull=False, effective_at__isnull=False
    ).order_by("-effective_at", "-pk")[:1]
    return watch_out(
        [
            Problem(c.text, c.code if "icd-10" in c.code_system.casefold() else "")
            for c in record.conditions
        ],
        [
            Measured(o.text, o.value, o.unit, o.effective_at.date())
            for o in kidneys
            if o.value is not None and o.effective_at is not None
        ],
    )
