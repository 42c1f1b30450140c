"""Where allauth meets the clinic: nobody signs up alone, and its mail goes through the outbox."""

import uuid
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from clinic.accounts import second_factor
from clinic.accounts.models import THE_CLINIC
from clinic.accounts.sign_in_names import number_in
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import Channel, MessageKind
from clinic.messaging.texts import Text
from patients.queries.languages import written_to
from scheduling.actions.visit_texts import unaccented


def _public(address: str) -> str:
    path = urlsplit(address)._replace(scheme="", netloc="")
    return settings.PUBLIC_URL.rstrip("/") + path.geturl()


class ClinicAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the clinic, not by whoever finds the address."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy(
            "We do not know this sign-in with this password. Look at both again."
        )
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names: people sign in with their e-mail address."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """With our public address, not with whatever host the request named."""
        return _public(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """With our public address, not with whatever host the request named."""
        return _public(super().get_email_confirmation_url(request, emailconfirmation))

    @transaction.atomic
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written like any message, so that a mail server that is down delays it, not the page.

        Somebody who signs in with a number gets a text message: what happened, and the link.
        For an address that nobody here has, all is done and undone: the time it takes tells
        nothing, and no stranger gets mail from us.
        """
        request = current.request
        told = {"request": request, "email": email, "current_site": get_current_site(request)}
        # What the desk sends to a patient is for the patient to read.
        language = written_to(THE_CLINIC, email) or translation.get_language()
        with translation.override(language):
            mail = self.render_mail(template_prefix, email, told | context)
        number = number_in(email)
        link = context.get("password_reset_url") or context.get("activate_url") or ""
        queue_message(
            kind=MessageKind.ACCOUNT,
            to=Recipient(
                name="",
                email="" if number else email,
                phone=number,
                language=language or "en",
                channel=Channel.SMS if number else Channel.EMAIL,
            ),
            text=Text(
                subject=str(mail.subject),
                body=str(mail.body),
                sms=unaccented(f"{mail.subject}: {link}" if link else str(mail.subject)),
            ),
            about="account",
            dedupe_key=f"account:{uuid.uuid4()}",
            by=None,
            now=timezone.now(),
        )
        if template_prefix == "account/email/unknown_account":
            transaction.set_rollback(True)

    def get_login_stages(self) -> list[str]:
        """allauth's, with our own say about who shows a second factor after a password."""
        theirs = "allauth.mfa.stages.AuthenticateStage"
        ours = "clinic.accounts.passkeys.AskForFactorStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The very first second factor is set up right after signing in, without asking again."""
        if app == "allauth.mfa" and second_factor.is_first_enrolment(current.request):
            return False
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required
