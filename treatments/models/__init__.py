"""The clinical record, one file a noun."""

from treatments.models.adverse_event import (
    AdverseEvent,
    CtcaeGrade,
    EventOutcome,
    EventStatus,
    Relatedness,
)
from treatments.models.authorization import PriorAuthorization
from treatments.models.catalogue import CatalogueCode, CatalogueEntry, DiagnosisCode, Section
from treatments.models.consultation import (
    Consultation,
    ConsultationKind,
    DiagnosedCondition,
    Diagnosis,
    SpineSide,
)
from treatments.models.course import CourseEvent, CourseForm, TreatmentCourse
from treatments.models.course_detail import (
    MedicationDetail,
    ProceduralDetail,
    ReferralDetail,
    SelfCareCheck,
    SelfCareDetail,
    TherapyDetail,
)
from treatments.models.follow_up import (
    FollowUp,
    FollowUpEvent,
    FollowUpEventKind,
    FollowUpKind,
)
from treatments.models.hold_plan import HoldPlan
from treatments.models.intake import Intake, IntakeDecision, Verdict
from treatments.models.news import Newsletter
from treatments.models.observation import Observation
from treatments.models.order import (
    DiagnosticReport,
    OrderPriority,
    OrderStatus,
    ReportFile,
    ServiceRequest,
)
from treatments.models.outcome import Instrument, Occasion, QuestionnaireResponse, Respondent
from treatments.models.pain_diary import PainDiaryEntry
from treatments.models.procedure import (
    DrugRole,
    Procedure,
    ProcedureDrug,
    ProcedureFavorite,
    ProcedurePurpose,
    ProcedureStatus,
)
from treatments.models.rule import ChangedHistory, Finding, Override, RuleEdition
from treatments.models.therapy_visit import TherapyVisit, VisitOutcome
from treatments.models.well_being import ToldBy, WellBeing

__all__ = [
    "AdverseEvent",
    "CatalogueCode",
    "CatalogueEntry",
    "ChangedHistory",
    "Consultation",
    "ConsultationKind",
    "CourseEvent",
    "CourseForm",
    "CtcaeGrade",
    "DiagnosedCondition",
    "Diagnosis",
    "DiagnosisCode",
    "DiagnosticReport",
    "DrugRole",
    "EventOutcome",
    "EventStatus",
    "Finding",
    "FollowUp",
    "FollowUpEvent",
    "FollowUpEventKind",
    "FollowUpKind",
    "HoldPlan",
    "Instrument",
    "Intake",
    "IntakeDecision",
    "MedicationDetail",
    "Newsletter",
    "Observation",
    "Occasion",
    "OrderPriority",
    "OrderStatus",
    "Override",
    "PainDiaryEntry",
    "PriorAuthorization",
    "ProceduralDetail",
    "Procedure",
    "ProcedureDrug",
    "ProcedureFavorite",
    "ProcedurePurpose",
    "ProcedureStatus",
    "QuestionnaireResponse",
    "ReferralDetail",
    "Relatedness",
    "ReportFile",
    "Respondent",
    "RuleEdition",
    "Section",
    "SelfCareCheck",
    "SelfCareDetail",
    "ServiceRequest",
    "SpineSide",
    "TherapyDetail",
    "TherapyVisit",
    "ToldBy",
    "TreatmentCourse",
    "Verdict",
    "VisitOutcome",
    "WellBeing",
]
