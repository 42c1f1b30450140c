"""The manager's pages about messages."""

from django.urls import path

from clinic.messaging.pages import manager

manager_urls = [
    path("messages/", manager.outbox, name="outbox"),
]
