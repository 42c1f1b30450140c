"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling import api
from scheduling.pages import desk, patient, physician

desk_urls = [
    path("", desk.board, name="board"),
    path("book/", desk.book, name="book"),
    path("appointments/<uuid:appointment_id>/steps/", desk.step, name="step"),
    path("appointments/<uuid:appointment_id>/move/", desk.move, name="move"),
    path("people/<uuid:patient_id>/visits/", desk.visits, name="visits"),
]

physician_urls = [
    path("", physician.day, name="day"),
    path("appointments/<uuid:appointment_id>/steps/", physician.step, name="step"),
    path("people/<uuid:patient_id>/visits/", physician.visits, name="visits"),
]

patient_urls = [
    path("", patient.home, name="home"),
]

api_urls = [
    path("sites/", api.Sites.as_view(), name="sites"),
    path("sites/<int:site_id>/clinicians/", api.Clinicians.as_view(), name="clinicians"),
    path("visit-types/", api.VisitTypes.as_view(), name="visit-types"),
    path("slots/", api.Slots.as_view(), name="slots"),
    path("appointments/", api.Appointments.as_view(), name="appointments"),
    path(
        "appointments/<uuid:appointment_id>/", api.AppointmentDetail.as_view(), name="appointment"
    ),
    path(
        "appointments/<uuid:appointment_id>/steps/",
        api.AppointmentSteps.as_view(),
        name="appointment-steps",
    ),
    path(
        "appointments/<uuid:appointment_id>/move/",
        api.AppointmentMove.as_view(),
        name="appointment-move",
    ),
]
