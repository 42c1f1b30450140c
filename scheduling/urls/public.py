"""Pages for who is not signed in: links in messages, offers, the screen of the waiting room."""

from django.urls import path

from scheduling.pages.public import (
    answers,
    block_diary,
    calendar,
    check_in,
    offers,
    visits,
    waiting,
)

public_urls = [
    path("check-in/<str:token>/", check_in.check_in, name="check-in"),
    path("arrive/<str:token>/", check_in.arrive, name="arrive"),
    path("place/<str:token>/", check_in.place, name="place"),
    path("waiting/<str:secret>/", waiting.waiting, name="waiting"),
    path("calendar/<str:secret>.ics", calendar.calendar, name="calendar"),
    path("offers/<str:secret>/", offers.offer, name="offer"),
    path("visit/<str:token>/", visits.visit, name="visit"),
    path("visit/<str:token>/times/", visits.times, name="visit-times"),
    path("answers/<str:token>/", answers.answers, name="answers"),
    path("block-diary/<str:token>/", block_diary.block_diary, name="block-diary"),
]
