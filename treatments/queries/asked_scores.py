"""Which scales a follow-up asks for: the same as before the treatment, so that they compare."""

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotFound
from treatments.domain.instruments import Definition, read_definition
from treatments.models import FollowUp, FollowUpKind, Instrument, Occasion, QuestionnaireResponse

_A_DAY_AFTER = ("nrs-now",)
_USUAL = ("nrs-average", "peg")


def asked_scores(viewer: Viewer, follow_up: FollowUp) -> list[tuple[Instrument, Definition]]:
    """The scales of a link, in their order; for whoever has read the link. Raises `NotFound`."""
    if viewer is not THE_CLINIC:
        raise NotFound
    rows = Instrument.objects.filter(retired_at__isnull=True)
    if follow_up.kind != FollowUpKind.QUESTIONNAIRE:
        found = list(rows.filter(key__in=_A_DAY_AFTER))
    else:
        before = QuestionnaireResponse.objects.filter(
            patient=follow_up.patient_id,
            procedure=follow_up.procedure_id,
            course=follow_up.course_id,
            occasion=Occasion.BASELINE,
            voided_at__isnull=True,
        )
        found = list(rows.filter(pk__in=before.values("instrument")))
        found = found or list(rows.filter(key__in=_USUAL))
    told = [(row, read_definition(row.definition)) for row in found]
    return sorted(
        ((row, one) for row, one in told if not one.is_diary), key=lambda pair: pair[1].order
    )
