"""`manage.py seed_demo`: fill an empty database with the demo clinic, once."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinic.accounts.demo import DEMO_LOGINS
from clinic.accounts.models import User
from clinic.accounts.roles import Role
from patients.models import Patient
from scheduling.management.demo.board import set_up_board
from scheduling.management.demo.day import fill_days
from scheduling.management.demo.people import build_people, register_person_with_a_story
from scheduling.management.demo.place import build_place
from treatments.management.demo.own_diary import keep_demo_diary
from treatments.management.demo.stories import can_be_told, tell_stories


class Command(BaseCommand):
    """Makes the demo clinic if the database is empty, and prints its sign-ins."""

    help = "Fill an empty database with a believable demo clinic, and print its sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo clinic is made only where DEMO=true.")
        if not User.objects.filter(email=DEMO_LOGINS[0].email).exists():
            self._seed()
        self._keep_logins()
        width = max(len(login.role.label) for login in DEMO_LOGINS)
        for login in DEMO_LOGINS:
            self.stdout.write(f"{login.role.label:{width}}  {login.email:24}  {login.password}")

    @transaction.atomic
    def _keep_logins(self) -> None:
        """A demo clinic of an earlier version gets the sign-ins that have come since."""
        for login in DEMO_LOGINS:
            user = User.objects.filter(email=login.email).first() or User.objects.create_user(
                email=login.email, name=login.name, role=Role(login.role), password=login.password
            )
            EmailAddress.objects.update_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )

    @transaction.atomic
    def _seed(self) -> None:
        if User.objects.exists() or Patient.objects.exists():
            raise CommandError("There are people here already: the demo wants an empty database.")
        now = timezone.now()
        site = build_place(now)
        desk = User.objects.get(email="desk@dorsa.example")
        portal_user = User.objects.get(email="patient@dorsa.example")
        people = build_people(desk=desk, portal_user=portal_user, now=now)
        people.append(register_person_with_a_story(desk, now))
        fill_days(site, people, desk=desk, now=now)
        set_up_board(site, people, desk=desk, now=now)
        keep_demo_diary(people[0], zone=site.zone, by=portal_user, now=now)
        if can_be_told():
            tell_stories(long=people[-1], short=people[0], zone=site.zone, by=desk, now=now)
        else:
            self.stderr.write("No stories: load_catalogue and load_instruments come first.")
