"""Reading what people agreed to and sent in the portal: their own, and what waits at the desk."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.domain.consent_texts import TEXTS, ConsentText
from patients.models import Consent, Patient, SentFile
from patients.models.consent import ConsentDecision
from patients.models.sent_file import SentState

MOST_SHOWN = 30


@dataclass(frozen=True)
class OwnConsent:
    """A text, and the newest decision about it; `is_given` if that one holds today."""

    text: ConsentText
    last: Consent | None
    is_given: bool

    @property
    def is_newer(self) -> bool:
        """Whether what was signed is an older text in the portal."""
        last = self.last
        return (
            self.is_given
            and last is not None
            and last.method == "portal"
            and last.version != self.text.version
        )

    @property
    def is_wanted(self) -> bool:
        """Whether it is asked for before a visit, and nothing was decided yet."""
        return self.text.is_asked and (self.last is None or self.is_newer)


def own_consents(viewer: Viewer, patient: Patient, *, today: date) -> list[OwnConsent]:
    """Each text with what was decided; `patient` comes from `own_record`. Raises `NotAllowed`."""
    require(viewer, "patients.view_own")
    newest: dict[str, Consent] = {}
    for row in Consent.objects.filter(patient=patient, kind__in=TEXTS).order_by("-id"):
        newest.setdefault(row.kind, row)
    return [_own_consent(text, newest.get(kind), today) for kind, text in TEXTS.items()]


def _own_consent(text: ConsentText, last: Consent | None, today: date) -> OwnConsent:
    holds = (
        last is not None
        and last.decision == ConsentDecision.PERMIT
        and (last.until_date is None or last.until_date > today)
    )
    return OwnConsent(text, last, holds)


def own_files(viewer: Viewer, patient: Patient) -> list[SentFile]:
    """What was sent from home, newest first; `patient` comes from `own_record`."""
    require(viewer, "patients.view_own")
    rows = SentFile.objects.filter(patient=patient).defer("content")
    return list(rows[:MOST_SHOWN])


def files_to_look_at(viewer: Viewer) -> list[SentFile]:
    """What waits at the desk, oldest first, without what is in it. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    rows = SentFile.objects.filter(state=SentState.WAITING, patient__replaced_by=None)
    shown = rows.select_related("patient", "sent_by").defer("content").order_by("sent_at", "id")
    found = list(shown[: MOST_SHOWN * 2])
    record_read(viewer, "sent files", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def access_sent_file(viewer: Viewer, file_id: UUID) -> SentFile:
    """One of them, with what is in it. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    found = SentFile.objects.select_related("patient", "sent_by").filter(pk=file_id).first()
    if found is None:
        raise NotFound
    record_read(viewer, "sent file", [found.patient_id], kind=ReadKind.EXPORT)
    return found
