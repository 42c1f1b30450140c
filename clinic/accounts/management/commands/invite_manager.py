"""`manage.py invite_manager`: the first person who may invite others."""

from argparse import ArgumentParser
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from clinic.accounts.actions import create_user_once
from clinic.accounts.models import Team, TeamMember, User
from clinic.accounts.roles import Role
from clinic.shared.errors import DomainError


class Command(BaseCommand):
    """Makes a manager without a password, and prints the link to choose one."""

    help = "Make a sign-in for a manager, and print the link with which they choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("email", metavar="E-MAIL")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            manager = create_user_once(
                email=options["email"], name=options["name"], role=Role.MANAGER
            )
        except (DomainError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        TeamMember.objects.bulk_create(
            TeamMember(team=team, user=manager) for team in Team.objects.all()
        )
        self.stdout.write(f"{manager.name} chooses a password here, once, within a few days:")
        self.stdout.write(_link(manager))


def _link(user: User) -> str:
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    kwargs = {"uidb36": user_pk_to_url_str(user), "key": key}
    path = reverse("account_reset_password_from_key", kwargs=kwargs)
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
