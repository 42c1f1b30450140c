"""The manager's pages about people who sign in."""

from django.urls import path

from clinic.accounts.pages import manager

manager_urls = [
    path("", manager.roles, name="roles"),
]
