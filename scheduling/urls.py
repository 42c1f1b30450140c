"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointments, catalogue
from scheduling.api import board_views as board_views_api
from scheduling.pages import patient
from scheduling.pages.desk import act, board, board_views, book, quick
from scheduling.pages.physician import day

desk_urls = [
    path("", board.board, name="board"),
    path("changes/", act.changes, name="changes"),
    path("act/", act.act, name="act"),
    path("undo/", act.undo, name="undo"),
    path("park/", act.park, name="park"),
    path("drop/", act.drop, name="drop"),
    path("quick/", quick.quick, name="quick"),
    path("visits/<slug:appointment_id>/", act.visit, name="visit"),
    path("views/", board_views.views, name="views"),
    path("views/<int:view_id>/", board_views.view, name="view"),
    path("views/<int:view_id>/delete/", board_views.delete, name="view-delete"),
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
    path("board-views/", board_views_api.BoardViews.as_view(), name="board-views"),
    path(
        "board-views/<int:view_id>/",
        board_views_api.BoardViewDetail.as_view(),
        name="board-view",
    ),
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
