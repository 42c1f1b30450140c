"""The manager's pages and endpoints about messages, and where providers call us."""

from django.urls import path

from clinic.messaging import api
from clinic.messaging.pages import hooks, manager

manager_urls = [
    path("messages/", manager.outbox, name="outbox"),
    path("messages/<int:message_id>/again/", manager.try_again, name="message-again"),
    path("messages/<int:message_id>/give-up/", manager.give_up, name="message-give-up"),
]

api_urls = [
    path("messages/", api.Messages.as_view(), name="messages"),
    path("messages/<int:message_id>/again/", api.MessageAgain.as_view(), name="message-again"),
    path(
        "messages/<int:message_id>/give-up/", api.MessageGivenUp.as_view(), name="message-give-up"
    ),
]

hook_urls = [
    path("email/", hooks.email, name="email"),
    path("sms/", hooks.sms, name="sms"),
    path("sms/status/", hooks.sms_status, name="sms-status"),
]
