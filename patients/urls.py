"""Pages about people, for the desk, clinicians, managers and the people themselves."""

from django.urls import path

from patients import api
from patients.pages import manager, physician
from patients.pages.desk import people as desk
from patients.pages.desk import portal as desk_portal
from patients.pages.patient import consents, contact, files, kept, records, sharing
from patients.pages.patient import settings as own_settings
from patients.pages.public import join, language, news, register

desk_urls = [
    path("people/", desk.people, name="people"),
    path("people/new/", desk.register, name="register"),
    path("people/<uuid:patient_id>/", desk.person, name="person"),
    path("people/<uuid:patient_id>/reach/", desk.reach, name="reach"),
    path("people/<uuid:patient_id>/reach/again/", desk.write_again, name="write-again"),
    path("people/<uuid:patient_id>/care-team/", desk.care_team, name="care-team"),
    path("people/<uuid:patient_id>/care-team/<int:member_id>/leave/", desk.leave, name="leave"),
    path("people/<uuid:patient_id>/documents/", desk.documents, name="documents"),
    path("people/<uuid:patient_id>/documents/<uuid:document_id>/", desk.document, name="document"),
    path(
        "people/<uuid:patient_id>/documents/<uuid:document_id>/share/",
        desk.share,
        name="document-share",
    ),
    path("people/<uuid:patient_id>/consents/", desk.consents, name="consents"),
    path("people/<uuid:patient_id>/consents/decide/", desk.decide, name="decide"),
    path("people/<uuid:patient_id>/portal/", desk_portal.portal, name="portal"),
    path("people/<uuid:patient_id>/portal/<int:access_id>/renew/", desk_portal.renew, name="renew"),
    path(
        "people/<uuid:patient_id>/portal/<int:access_id>/revoke/",
        desk_portal.revoke,
        name="revoke",
    ),
    path(
        "people/<uuid:patient_id>/portal/invitations/<int:invitation_id>/revoke/",
        desk_portal.uninvite,
        name="uninvite",
    ),
    path("portal-requests/", desk_portal.requests, name="portal-requests"),
    path("portal-requests/<int:request_id>/", desk_portal.portal_request, name="portal-request"),
    path(
        "portal-requests/<int:request_id>/match/<uuid:patient_id>/",
        desk_portal.match,
        name="portal-match",
    ),
]

physician_urls = [
    path("people/", physician.people, name="people"),
    path("people/<uuid:patient_id>/emergency/", physician.emergency, name="emergency"),
]

patient_urls = [
    path("", records.records, name="records"),
    path("<uuid:patient_id>/more/", records.more, name="more"),
    path("<uuid:patient_id>/consents/", consents.consents, name="consents"),
    path("<uuid:patient_id>/consents/<slug:consent_key>/", consents.consent, name="consent"),
    path("<uuid:patient_id>/files/", files.files, name="files"),
    path("<uuid:patient_id>/files/<slug:paper_key>/", files.send, name="send-file"),
    path("<uuid:patient_id>/welcome/", records.welcome, name="welcome"),
    path("<uuid:patient_id>/kept/", kept.kept, name="kept"),
    path("<uuid:patient_id>/people/", sharing.people, name="people"),
    path("<uuid:patient_id>/people/<int:access_id>/end/", sharing.end, name="end-access"),
    path(
        "<uuid:patient_id>/people/invitations/<int:invitation_id>/end/",
        sharing.uninvite,
        name="end-invitation",
    ),
    path("<uuid:patient_id>/settings/", own_settings.settings, name="settings"),
    path("<uuid:patient_id>/settings/code/", contact.code, name="contact-code"),
    path("<uuid:patient_id>/settings/<str:channel>/", contact.contact, name="contact"),
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

public_urls = [
    path("language/", language.language, name="language"),
    path("news/<str:token>/", news.stop, name="stop-news"),
]

join_urls = [
    path("<str:token>/", join.start, name="start"),
    path("<str:token>/account/", join.account, name="account"),
    path("<str:token>/code/", join.code, name="code"),
    path("<str:token>/password/", join.password, name="password"),
]

register_urls = [
    path("", register.register, name="ask"),
    path("asked/", register.asked, name="asked"),
]

api_urls = [
    path("patients/", api.Patients.as_view(), name="patients"),
    path("patients/<uuid:patient_id>/", api.PatientDetail.as_view(), name="patient"),
]
