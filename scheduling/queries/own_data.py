"""Everything the clinic holds that is a person's own, for them to take along.

Signed documents, not drafts; what was written about the work of the clinic (worklists, findings of
rules, reasons why somebody opened the chart in an emergency) is for the privacy officer to hand
out. A bounded number of statements, however long the record is.
"""

from datetime import datetime
from uuid import UUID

from django.utils.html import escape
from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadEvent, ReadKind
from clinic.audit.reading import record_read
from patients.models import (
    AllergyIntolerance,
    Condition,
    Consent,
    Coverage,
    Document,
    MedicationStatement,
    Patient,
    ThreadMessage,
)
from patients.queries.oversight import viewers_of_own_record
from scheduling.domain.own_record import (
    Item,
    Part,
    Resource,
    bundle,
    concept,
    day,
    instant,
    lines,
    reference,
)
from scheduling.models import Appointment
from treatments.domain.states import COUNTED, RecordStatus
from treatments.models import (
    Consultation,
    DiagnosticReport,
    Procedure,
    QuestionnaireResponse,
    TreatmentCourse,
)

_FINAL = "http://terminology.hl7.org/CodeSystem/"
_VISITS = {"completed": "fulfilled", "cancelled": "cancelled", "no_show": "noshow"}


def own_data(viewer: Viewer, patient: Patient, *, kind: ReadKind, now: datetime) -> list[Part]:
    """All of it, part by part, without empty ones. `patient` comes from `own_record`.

    Raises `NotAllowed`.
    """
    require(viewer, "patients.view_own")
    record_read(viewer, "own data", [patient.pk], kind=kind)
    person = Patient.objects.with_contacts().with_chart().get(pk=patient.pk)
    parts = [
        _person(person),
        Part(N_("Insurance"), [_coverage(row) for row in person.coverages.all()]),
        Part(N_("Allergies"), [_allergy(row) for row in person.allergies.all()]),
        Part(N_("Medicines"), [_medicine(row) for row in person.medications.all()]),
        Part(N_("Health problems"), [_condition(row) for row in person.conditions.all()]),
        _visits(person),
        _consultations(person),
        _procedures(person),
        _courses(person),
        _results(person),
        _scores(person),
        _consents(person),
        _letters(person),
        _documents(person),
        Part(
            N_("Who saw the record"), [_look(row, person.pk) for row in _looks(viewer, person, now)]
        ),
    ]
    return [part for part in parts if part.items]


def own_bundle(viewer: Viewer, patient: Patient, *, now: datetime) -> Resource:
    """The same as a FHIR R4 bundle. Raises `NotAllowed`."""
    return bundle(own_data(viewer, patient, kind=ReadKind.EXPORT, now=now), now=now)


def _person(row: Patient) -> Part:
    contacts, addresses = list(row.contacts.all()), list(row.addresses.all())
    resource: Resource = {
        "resourceType": "Patient",
        "id": str(row.pk),
        "identifier": [{"value": str(row.record_number)}],
        "name": [{"family": row.family_name, "given": row.given_names.split()}],
        "gender": row.gender,
        "birthDate": day(row.birth_date),
        "telecom": [{"system": c.system, "use": c.use, "value": c.value} for c in contacts],
        "address": [
            {
                "line": [a.line] if a.line else [],
                "city": a.city,
                "state": a.state,
                "postalCode": a.postal_code,
                "country": a.country,
            }
            for a in addresses
        ],
        "communication": [{"language": {"text": row.language}}],
    }
    said = [day(row.birth_date), *(c.value for c in contacts)]
    said += [", ".join(lines(a.line, a.city, a.state, a.postal_code)) for a in addresses]
    return Part(N_("About you"), [Item(resource, row.name, lines(*said))])


def _about(kind: str, key: object, patient_id: UUID, *, subject: str = "subject") -> Resource:
    return {
        "resourceType": kind,
        "id": str(key),
        subject: reference("Patient", patient_id),
    }


def _coverage(one: Coverage) -> Item:
    resource = _about("Coverage", one.pk, one.patient_id, subject="beneficiary") | {
        "status": "active",
        "payor": [{"display": one.payer or one.payer_class}],
        "subscriberId": one.member_id,
        "period": {"start": day(one.start_date), "end": day(one.end_date)},
    }
    return Item(
        resource, one.payer or one.get_payer_class_display(), lines(one.plan, one.member_id)
    )


def _allergy(row: AllergyIntolerance) -> Item:
    resource = _about("AllergyIntolerance", row.pk, row.patient_id, subject="patient") | {
        "clinicalStatus": _status("allergyintolerance-clinical", row.status),
        "criticality": row.criticality,
        "code": concept(row.text, row.code_system, row.code),
        "recordedDate": day(row.noted_date),
    }
    return Item(resource, row.text, lines(row.get_status_display(), day(row.noted_date)))


def _medicine(row: MedicationStatement) -> Item:
    resource = _about("MedicationStatement", row.pk, row.patient_id) | {
        "status": row.status if row.status != "cancelled" else "not-taken",
        "medicationCodeableConcept": concept(row.text, row.code_system, row.code),
        "dosage": [{"text": row.dosage}] if row.dosage else [],
        "effectivePeriod": {"start": day(row.start_date), "end": day(row.end_date)},
    }
    said = lines(row.dosage, row.get_status_display(), day(row.start_date), day(row.end_date))
    return Item(resource, row.text, said)


def _condition(row: Condition) -> Item:
    resource = _about("Condition", row.pk, row.patient_id) | {
        "clinicalStatus": _status("condition-clinical", row.status),
        "code": concept(row.text, row.code_system, row.code),
        "onsetDateTime": day(row.onset_date),
        "abatementDateTime": day(row.abatement_date),
    }
    return Item(resource, row.text, lines(row.get_status_display(), day(row.onset_date)))


def _visits(person: Patient) -> Part:
    rows = Appointment.objects.filter(patient=person).select_related("visit_type", "site")
    return Part(N_("Visits"), [_visit(row) for row in rows.order_by("-start_at")])


def _visit(row: Appointment) -> Item:
    here = {"actor": {"display": row.site.name}, "status": "accepted"}
    you = {"actor": reference("Patient", row.patient_id), "status": "accepted"}
    resource: Resource = {
        "resourceType": "Appointment",
        "id": str(row.pk),
        "status": _VISITS.get(row.status, "booked"),
        "description": row.visit_type.public_name,
        "start": instant(row.start_at),
        "end": instant(row.end_at),
        "participant": [you, here],
    }
    when = row.start_at.astimezone(row.site.zone)
    said = lines(row.visit_type.shown_name, row.site.name, row.get_status_display(), row.reason)
    return Item(resource, f"{when:%Y-%m-%d %H:%M}", said)


def _consultations(person: Patient) -> Part:
    rows = Consultation.objects.filter(patient=person, record_status=RecordStatus.SIGNED)
    found = rows.select_related("clinician").prefetch_related("diagnoses__code")
    return Part(N_("Consultations"), [_consultation(row) for row in found])


def _consultation(row: Consultation) -> Item:
    named = [f"{d.text} {d.code_id or ''}".strip() for d in row.diagnoses.all()]
    texts = [row.reason, row.history, row.assessment, row.plan, row.patient_instructions]
    resource = _about("Encounter", row.pk, row.patient_id) | {
        "status": "finished",
        "class": {"system": f"{_FINAL}v3-ActCode", "code": "AMB"},
        "participant": [{"individual": {"display": row.clinician.name}}],
        "period": {"start": instant(row.occurred_at)},
        "reasonCode": [concept(text) for text in lines(row.reason)],
        "diagnosis": [{"condition": {"display": text}} for text in named],
        "text": {"status": "generated", "div": _narrative([*named, *texts])},
    }
    heading = f"{row.occurred_at:%Y-%m-%d} · {row.clinician.name}"
    return Item(resource, heading, lines(*named, *texts))


def _procedures(person: Patient) -> Part:
    rows = Procedure.objects.filter(patient=person, record_status__in=COUNTED)
    found = (
        rows.select_related("performer").prefetch_related("drugs__drug").order_by("-performed_at")
    )
    return Part(N_("Treatments"), [_procedure(row) for row in found])


def _procedure(row: Procedure) -> Item:
    who = [{"actor": {"display": row.performer.name}}] if row.performer else []
    resource = _about("Procedure", row.pk, row.patient_id) | {
        "status": row.status,
        "code": concept(row.text, row.code_system, row.code),
        "performedDateTime": instant(row.performed_at),
        "performer": who,
        "bodySite": [concept(level) for level in row.levels],
        "note": [{"text": text} for text in lines(row.findings, row.complications, row.aftercare)],
    }
    name = row.performer.name if row.performer else ""
    given = [f"{drug}" for drug in row.drugs.all()]
    said = lines(instant(row.performed_at)[:10], name, ", ".join(row.levels), *given)
    return Item(resource, row.text, [*said, *lines(row.findings, row.aftercare)])


def _courses(person: Patient) -> Part:
    rows = TreatmentCourse.objects.filter(patient=person).select_related("treatment", "ordered_by")
    return Part(N_("Courses of treatment"), [_course(row) for row in rows])


def _course(row: TreatmentCourse) -> Item:
    status = {"planned": "draft", "paused": "on-hold", "stopped": "revoked"}
    resource = _about("CarePlan", row.pk, row.patient_id) | {
        "status": status.get(row.status, row.status),
        "intent": "order",
        "title": row.treatment.name,
        "description": row.goal,
        "period": {"start": day(row.start_date), "end": day(row.end_date)},
        "author": {"display": row.ordered_by.name},
        "note": [{"text": row.instructions}] if row.instructions else [],
    }
    said = lines(row.get_status_display(), row.goal, row.instructions, day(row.start_date))
    return Item(resource, row.treatment.name, said)


def _results(person: Patient) -> Part:
    rows = DiagnosticReport.objects.filter(patient=person)
    found = rows.select_related("order__diagnostic").order_by("-effective_date", "-id")
    return Part(N_("Test results"), [_result(row) for row in found])


def _result(row: DiagnosticReport) -> Item:
    name = row.order.diagnostic.name if row.order and row.order.diagnostic else ""
    resource = _about("DiagnosticReport", row.pk, row.patient_id) | {
        "status": "final",
        "code": concept(name),
        "effectiveDateTime": day(row.effective_date),
        "conclusion": row.conclusion,
    }
    return Item(resource, f"{day(row.effective_date)} {name}".strip(), lines(row.conclusion))


def _scores(person: Patient) -> Part:
    rows = QuestionnaireResponse.objects.filter(patient=person, voided_at=None)
    return Part(N_("Scores"), [_score(row) for row in rows.select_related("instrument")])


def _score(row: QuestionnaireResponse) -> Item:
    resource = _about("Observation", row.pk, row.patient_id) | {
        "status": "final",
        "code": concept(row.instrument.name),
        "effectiveDateTime": instant(row.authored_at),
        "valueQuantity": {"value": float(row.score)} if row.score is not None else {},
    }
    score = f"{row.score.normalize():f}" if row.score is not None else "–"
    return Item(resource, f"{row.authored_at:%Y-%m-%d} {row.instrument.name}", [score])


def _consents(person: Patient) -> Part:
    rows = Consent.objects.filter(patient=person).order_by("-id")
    return Part(N_("What you agreed to"), [_consent(row) for row in rows])


def _consent(row: Consent) -> Item:
    resource = _about("Consent", row.pk, row.patient_id, subject="patient") | {
        "status": "active",
        "scope": concept(row.get_kind_display()),
        "category": [concept(row.get_kind_display())],
        "dateTime": day(row.decided_date),
        "provision": {"type": row.decision},
    }
    said = lines(row.get_decision_display(), day(row.decided_date), row.given_by)
    return Item(resource, row.get_kind_display(), said)


def _letters(person: Patient) -> Part:
    rows = ThreadMessage.objects.filter(thread__patient=person)
    found = rows.select_related("thread", "by").order_by("thread_id", "sent_at", "id")
    return Part(N_("Messages"), [_letter(row) for row in found])


def _letter(row: ThreadMessage) -> Item:
    resource = _about("Communication", row.pk, row.thread.patient_id) | {
        "status": "completed",
        "topic": concept(row.thread.subject),
        "sent": instant(row.sent_at),
        "sender": {"display": row.by.name},
        "payload": [{"contentString": row.body}],
    }
    heading = f"{row.sent_at:%Y-%m-%d} · {row.by.name}"
    return Item(resource, heading, lines(row.thread.subject, row.body))


def _documents(person: Patient) -> Part:
    rows = Document.objects.filter(patient=person).defer("content").order_by("-filed_at")
    return Part(N_("Papers"), [_document(row) for row in rows])


def _document(row: Document) -> Item:
    """That it is there; the paper itself is printed from itself."""
    content = {"attachment": {"contentType": row.media_type, "title": row.get_kind_display()}}
    resource = _about("DocumentReference", row.pk, row.patient_id) | {
        "status": "current",
        "date": instant(row.filed_at),
        "type": concept(row.get_kind_display()),
        "content": [content],
    }
    return Item(resource, row.get_kind_display(), [f"{row.filed_at:%Y-%m-%d}"])


def _looks(viewer: Viewer, person: Patient, now: datetime) -> list[ReadEvent]:
    return viewers_of_own_record(viewer, person, now=now)


def _look(row: ReadEvent, patient_id: UUID) -> Item:
    """Who looked, as what, at what and why; without the others whom the same look showed."""
    resource: Resource = {
        "resourceType": "AuditEvent",
        "id": str(row.pk),
        "type": {"system": f"{_FINAL}audit-event-type", "code": "rest"},
        "recorded": instant(row.occurred_at),
        "agent": [{"name": row.user.name, "requestor": True, "role": [concept(row.role)]}],
        "source": {"observer": {"display": "Dorsa"}},
        "purposeOfEvent": [concept(row.get_purpose_display())],
        "entity": [{"what": reference("Patient", patient_id), "description": row.what}],
    }
    who = f"{row.user.name} ({row.get_role_display()})"
    said = lines(row.what, row.get_purpose_display(), row.reason)
    return Item(resource, f"{row.occurred_at:%Y-%m-%d %H:%M} UTC · {who}", said)


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_FINAL}{system}", "code": code}]}


def _narrative(texts: list[str]) -> str:
    """What a clinician wrote, as FHIR wants it: harmless XHTML."""
    said = "".join(f"<p>{escape(text)}</p>" for text in lines(*texts))
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'
