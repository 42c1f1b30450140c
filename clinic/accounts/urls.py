"""The manager's pages about people who sign in, and everybody's about their own sign-in."""

from django.urls import path

from clinic.accounts.pages import account, manager

manager_urls = [
    path("", manager.roles, name="roles"),
    path("users/", manager.users, name="users"),
    path("users/<int:user_id>/", manager.user, name="user"),
    path("users/<int:user_id>/disable/", manager.disable, name="disable"),
    path("users/<int:user_id>/enable/", manager.enable, name="enable"),
    path("users/<int:user_id>/second-factor/", manager.reset_factor, name="reset-factor"),
]

account_urls = [
    path("clock/", account.clock, name="clock"),
    path("tokens/", account.tokens, name="tokens"),
    path("tokens/<str:token_key>/revoke/", account.revoke, name="revoke"),
]
