"""Somebody's own diary of pain, as they write it in the portal."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.pain_diary import LONGEST_NOTE, MOST, Activity, Took
from treatments.models.outcome import Respondent

_TOOK = [one.value for one in Took]
_ACTIVITIES = [one.value for one in Activity]
# Nobody of the clinic writes here.
OWN = (Respondent.PATIENT, Respondent.PROXY)


@keep_history()
class PainDiaryEntry(models.Model):
    """How one day was, said by the person or by somebody who cares for them; one row a day.

    `local_date` is the day by the clock of their clinic, `nrs` the pain from 0 to 10, `took` what
    they took or did against it and `activity` how active they were (words of
    `treatments.domain.pain_diary`). It is theirs: nothing of it goes into the record by itself.
    `written_at` is when the row was begun, `changed_at` when it was last corrected.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="pain_days")
    local_date = models.DateField()
    nrs = models.PositiveSmallIntegerField()
    took = ArrayField(models.TextField(), default=list, blank=True)
    activity = models.TextField(blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    written_as = models.TextField(choices=Respondent)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pain_days"
    )
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "pain diary entries"
        ordering: ClassVar = ["-local_date"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("patient", "local_date", name="pain_day_is_written_once"),
            models.CheckConstraint(condition=Q(nrs__lte=MOST), name="pain_of_a_day_is_0_to_10"),
            models.CheckConstraint(
                condition=Q(took__contained_by=_TOOK), name="pain_day_took_is_known"
            ),
            models.CheckConstraint(
                condition=Q(activity__in=["", *_ACTIVITIES]), name="pain_day_activity_is_known"
            ),
            models.CheckConstraint(
                condition=Q(written_as__in=OWN), name="pain_day_is_their_own_word"
            ),
            models.CheckConstraint(
                condition=Q(changed_at__gte=F("written_at")), name="pain_day_changes_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_date}: {self.nrs}"
