"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointments, catalogue
from scheduling.api import waitlist as waitlist_api
from scheduling.pages import patient
from scheduling.pages.desk import board, book, waitlist
from scheduling.pages.desk import offers as desk_offers
from scheduling.pages.physician import day
from scheduling.pages.public import offers

desk_urls = [
    path("", board.board, name="board"),
    path("book/", book.book, name="book"),
    path("appointments/<uuid:appointment_id>/steps/", board.step, name="step"),
    path("appointments/<uuid:appointment_id>/move/", book.move, name="move"),
    path("people/<uuid:patient_id>/visits/", board.visits, name="visits"),
    path("waitlist/", waitlist.waitlist, name="waitlist"),
    path("waitlist/add/", waitlist.add, name="waitlist-add"),
    path("waitlist/for/", desk_offers.candidates, name="waitlist-for"),
    path("waitlist/<uuid:entry_id>/", waitlist.entry, name="waitlist-entry"),
    path("waitlist/<uuid:entry_id>/leave/", waitlist.leave, name="waitlist-leave"),
    path("waitlist/<uuid:entry_id>/times/", desk_offers.times, name="waitlist-times"),
    path("waitlist/offers/<uuid:offer_id>/", desk_offers.answer, name="waitlist-answer"),
]

physician_urls = [
    path("", day.day, name="day"),
    path("appointments/<uuid:appointment_id>/steps/", day.step, name="step"),
    path("people/<uuid:patient_id>/visits/", day.visits, name="visits"),
]

patient_urls = [
    path("", patient.home, name="home"),
]

public_urls = [
    path("offers/<str:secret>/", offers.offer, name="offer"),
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
    path("waitlist/", waitlist_api.Waitlist.as_view(), name="waitlist"),
    path("waitlist/<uuid:entry_id>/", waitlist_api.Entry.as_view(), name="waitlist-entry"),
    path(
        "waitlist/<uuid:entry_id>/withdraw/",
        waitlist_api.EntryWithdrawal.as_view(),
        name="waitlist-withdraw",
    ),
    path("waitlist/<uuid:entry_id>/offers/", waitlist_api.Offers.as_view(), name="waitlist-offers"),
    path(
        "waitlist/offers/<uuid:offer_id>/withdraw/",
        waitlist_api.OfferWithdrawal.as_view(),
        name="waitlist-offer-withdraw",
    ),
]
