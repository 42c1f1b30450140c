"""What the tests of the portal's doors say again and again."""

import re
from datetime import timedelta

from django.test import Client

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from patients.actions.invitations import Guest, invite_to_portal
from patients.models import PortalAccess
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from tests import builders

PASSWORD = "violet-lamp-under-snow"
BORN = {"month": "5", "day": "17", "year": "1970"}
WRONG = BORN | {"day": "18"}


def guest(**changes):
    values = {
        "name": "Ana Ruiz",
        "relationship": Relationship.SELF,
        "way": InvitationWay.EMAIL,
        "address": "ana@example.org",
    } | changes
    return Guest(**values)


def invited(patient, now, *, by=None, **changes):
    """An invitation in somebody's hand."""
    clerk = by or builders.make_user(Role.FRONT_DESK)
    return invite_to_portal(patient=patient, guest=guest(**changes), by=clerk, now=now)


def stranger():
    return Client(raise_request_exception=False)


def newest_code():
    """The six digits of the newest message."""
    return re.search(r"\b\d{6}\b", Message.objects.latest("id").body)[0]


def own(patient, relationship=Relationship.SELF, until=None):
    """Somebody who sees this record in the portal."""
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(
        user=user, patient=patient, relationship=relationship, until_date=until
    )
    return user


def in_days(now, days):
    return now.date() + timedelta(days=days)
