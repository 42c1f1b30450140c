"""Pages about people, for the desk and for clinicians."""

from django.urls import path

from patients import api
from patients.pages import desk, physician

desk_urls = [
    path("people/", desk.people, name="people"),
    path("people/new/", desk.register, name="register"),
    path("people/<uuid:patient_id>/", desk.person, name="person"),
]

physician_urls = [
    path("people/", physician.people, name="people"),
]

api_urls = [
    path("patients/", api.Patients.as_view(), name="patients"),
    path("patients/<uuid:patient_id>/", api.PatientDetail.as_view(), name="patient"),
]
