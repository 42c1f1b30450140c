"""The portal's pages that stand beside a person's visits."""

from django.urls import path

from scheduling.pages.patient import (
    before,
    booking,
    care,
    diary,
    home,
    intake,
    learn,
    my_data,
    pain,
    papers,
    viewers,
)
from scheduling.pages.patient import block_diary as own_block_diary
from scheduling.pages.patient import calendar as own_visits_calendar
from scheduling.pages.patient import messages as own_messages
from scheduling.pages.patient import visits as own_visits
from scheduling.pages.patient import waitlist as own_waitlist

OWN_VISIT = "<uuid:patient_id>/visits/<uuid:visit_id>/"
OWN_WAIT = "<uuid:patient_id>/waitlist/"
patient_urls = [
    path("<uuid:patient_id>/book/", booking.book, name="book"),
    path("<uuid:patient_id>/book/<slug:step>/", booking.step, name="book-step"),
    path("<uuid:patient_id>/visits/", own_visits.visits, name="visits"),
    path(OWN_VISIT, own_visits.visit, name="visit"),
    path(f"{OWN_VISIT}booked/", own_visits.booked, name="visit-booked"),
    path(f"{OWN_VISIT}move/", own_visits.move, name="visit-move"),
    path(f"{OWN_VISIT}cancel/", own_visits.cancel, name="visit-cancel"),
    path(f"{OWN_VISIT}late/", own_visits.late, name="visit-late"),
    path(f"{OWN_VISIT}here/", own_visits.here, name="visit-here"),
    path(f"{OWN_VISIT}visit.ics", own_visits.calendar, name="visit-calendar"),
    path(OWN_WAIT, own_waitlist.waitlist, name="waitlist"),
    path(f"{OWN_WAIT}join/", own_waitlist.join, name="waitlist-join"),
    path(f"{OWN_WAIT}<uuid:entry_id>/leave/", own_waitlist.leave, name="waitlist-leave"),
    path(f"{OWN_WAIT}offers/<uuid:offer_id>/", own_waitlist.answer, name="waitlist-answer"),
    path("<uuid:patient_id>/", home.home, name="home"),
    path("<uuid:patient_id>/before/", before.before, name="before"),
    path("<uuid:patient_id>/intake/", intake.intake, name="intake"),
    path("<uuid:patient_id>/intake/<slug:subject>/", intake.intake_page, name="intake-page"),
    path("<uuid:patient_id>/papers/", papers.papers, name="papers"),
    path(
        "<uuid:patient_id>/papers/visits/<uuid:appointment_id>/",
        papers.paper_visit,
        name="paper-visit",
    ),
    path(
        "<uuid:patient_id>/papers/consultations/<uuid:consultation_id>/",
        papers.paper_consultation,
        name="paper-consultation",
    ),
    path(
        "<uuid:patient_id>/papers/procedures/<int:procedure_id>/",
        papers.paper_procedure,
        name="paper-procedure",
    ),
    path(
        "<uuid:patient_id>/papers/files/<uuid:document_id>/", papers.paper_file, name="paper-file"
    ),
    path("<uuid:patient_id>/my-data/", my_data.my_data, name="my-data"),
    path("<uuid:patient_id>/my-data/record.html", my_data.my_data_page, name="my-data-page"),
    path("<uuid:patient_id>/my-data/record.json", my_data.my_data_json, name="my-data-json"),
    path("<uuid:patient_id>/viewers/", viewers.viewers, name="viewers"),
    path("<uuid:patient_id>/messages/", own_messages.messages, name="messages"),
    path("<uuid:patient_id>/messages/new/", own_messages.message_new, name="message-new"),
    path("<uuid:patient_id>/messages/<uuid:thread_id>/", own_messages.message, name="message"),
    path(
        "<uuid:patient_id>/messages/<uuid:thread_id>/files/<uuid:attachment_id>/",
        own_messages.message_file,
        name="message-file",
    ),
    path("<uuid:patient_id>/calendar/", own_visits_calendar.calendar, name="calendar"),
    path(
        "<uuid:patient_id>/calendar/<int:shared_id>/off/",
        own_visits_calendar.calendar_off,
        name="calendar-off",
    ),
    path("<uuid:patient_id>/diary/", diary.diary, name="diary"),
    path("<uuid:patient_id>/pain/", pain.pain, name="pain"),
    path(
        "<uuid:patient_id>/block-diary/<int:nerve_block_id>/",
        own_block_diary.block_diary,
        name="block-diary",
    ),
    path("<uuid:patient_id>/care/", care.care, name="care"),
    path("<uuid:patient_id>/learn/", learn.learn, name="learn"),
    path("<uuid:patient_id>/learn/<slug:topic_key>/", learn.topic, name="topic"),
]
