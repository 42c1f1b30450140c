"""Who works together."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinic.shared.history import keep_history


class Team(models.Model):
    """The people who work at one place. A site has one; a person may be in several.

    What a person sees of the calendar, and whose chart a nurse may open, follows from their teams.
    """

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@keep_history()
class TeamMember(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships"
    )
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("team", "user", name="team_member_is_listed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
