"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointments, catalogue
from scheduling.pages import patient
from scheduling.pages.desk import board, book
from scheduling.pages.physician import day

desk_urls = [
    path("", board.board, name="board"),
    path("book/", book.book, name="book"),
    path("appointments/<uuid:appointment_id>/steps/", board.step, name="step"),
    path("appointments/<uuid:appointment_id>/move/", book.move, name="move"),
    path("people/<uuid:patient_id>/visits/", board.visits, name="visits"),
]

physician_urls = [
    path("", day.day, name="day"),
    path("appointments/<uuid:appointment_id>/steps/", day.step, name="step"),
    path("people/<uuid:patient_id>/visits/", day.visits, name="visits"),
]

patient_urls = [
    path("", patient.home, name="home"),
]

api_urls = [
    path("sites/", catalogue.Sites.as_view(), name="sites"),
    path("sites/<int:site_id>/clinicians/", catalogue.Clinicians.as_view(), name="clinicians"),
    path("visit-types/", catalogue.VisitTypes.as_view(), name="visit-types"),
    path("slots/", catalogue.Slots.as_view(), name="slots"),
    path("appointments/", appointments.Appointments.as_view(), name="appointments"),
    path(
        "appointments/<uuid:appointment_id>/",
        appointments.AppointmentDetail.as_view(),
        name="appointment",
    ),
    path(
        "appointments/<uuid:appointment_id>/steps/",
        appointments.AppointmentSteps.as_view(),
        name="appointment-steps",
    ),
    path(
        "appointments/<uuid:appointment_id>/move/",
        appointments.AppointmentMove.as_view(),
        name="appointment-move",
    ),
]
