"""Pages about people, for the desk, clinicians, managers and the people themselves."""

from django.urls import path

from patients import api
from patients.pages import desk, manager, patient, physician

desk_urls = [
    path("people/", desk.people, name="people"),
    path("people/new/", desk.register, name="register"),
    path("people/<uuid:patient_id>/", desk.person, name="person"),
    path("people/<uuid:patient_id>/care-team/", desk.care_team, name="care-team"),
    path("people/<uuid:patient_id>/care-team/<int:member_id>/leave/", desk.leave, name="leave"),
    path("people/<uuid:patient_id>/documents/", desk.documents, name="documents"),
    path("people/<uuid:patient_id>/documents/<uuid:document_id>/", desk.document, name="document"),
    path("people/<uuid:patient_id>/consents/", desk.consents, name="consents"),
    path("people/<uuid:patient_id>/consents/decide/", desk.decide, name="decide"),
    path("people/<uuid:patient_id>/portal/", desk.grant, name="grant"),
    path("people/<uuid:patient_id>/portal/<int:access_id>/renew/", desk.renew, name="renew"),
    path("people/<uuid:patient_id>/portal/<int:access_id>/revoke/", desk.revoke, name="revoke"),
]

physician_urls = [
    path("people/", physician.people, name="people"),
    path("people/<uuid:patient_id>/emergency/", physician.emergency, name="emergency"),
]

patient_urls = [
    path("viewers/", patient.viewers, name="viewers"),
]

manager_urls = [
    path("people/", manager.people, name="people"),
    path("people/<uuid:patient_id>/record/", manager.record, name="record"),
    path("people/<uuid:patient_id>/record.json", manager.record_json, name="record-json"),
    path("people/<uuid:patient_id>/changes/", manager.changes, name="changes"),
    path("emergency-access/", manager.emergency_accesses, name="emergency-accesses"),
    path("merges/", manager.merges, name="merges"),
    path("merges/new/", manager.merge, name="merge"),
    path("merges/<int:merge_id>/undo/", manager.undo, name="undo-merge"),
    path("reads/", manager.reads, name="reads"),
    path("reads.csv", manager.reads_csv, name="reads-csv"),
]

api_urls = [
    path("patients/", api.Patients.as_view(), name="patients"),
    path("patients/<uuid:patient_id>/", api.PatientDetail.as_view(), name="patient"),
]
