"""Newsletters."""

from django.urls import path

from treatments.pages.manager import news

manager_urls = [
    path("news/", news.news, name="news"),
    path("news/new/", news.new, name="new-newsletter"),
    path("news/<int:newsletter_id>/", news.letter, name="newsletter"),
    path("news/<int:newsletter_id>/send/", news.send, name="send-newsletter"),
]
