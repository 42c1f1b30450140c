"""What the diary of a block says after two people wrote in it, hour by hour."""

from collections.abc import Mapping
from decimal import Decimal

from clinic.shared.errors import Conflict
from treatments.domain.merging import merge
from treatments.domain.outcomes import line_name
from treatments.models import Instrument, Occasion, Procedure, QuestionnaireResponse

# Pain by hours after the block, before it under None; None where nobody has answered.
Lines = Mapping[Decimal | None, int | None]


class StaleDiary(Conflict):
    """Two people wrote down the same hour, and not the same.

    `details["fields"]` has `yours` and `theirs` for each, by the hour in words of the API or
    `before`; `details["changed"]` names every line that the writer changed.
    """

    code = "stale_diary"
    title = "Somebody else wrote this too"
    default_sentence = "Somebody else wrote down the same hour meanwhile. Choose what stays."


def merge_diary(
    procedure: Procedure, instrument: Instrument, asked: Lines, seen: Lines
) -> dict[Decimal | None, int | None]:
    """What the lines in `asked` are to say, if their writer had read `seen`.

    A line that the writer left as they had read it says what it says now. Call it with the record
    locked. Raises `StaleDiary`.
    """
    hours = {line_name(hour): hour for hour in asked}
    base = {line_name(hour): value for hour, value in seen.items()}
    yours = {name: asked[hour] for name, hour in hours.items()}
    merged, clashes = merge(base, yours, _present(procedure, instrument), nothing=None)
    if clashes:
        fields = {clash.name: {"yours": clash.yours, "theirs": clash.theirs} for clash in clashes}
        changed = [name for name, value in yours.items() if value != base.get(name)]
        raise StaleDiary(details={"fields": fields, "changed": changed})
    return {hour: merged.get(name) for name, hour in hours.items()}


def _present(procedure: Procedure, instrument: Instrument) -> dict[str, int | None]:
    rows = QuestionnaireResponse.objects.filter(
        procedure=procedure,
        instrument=instrument,
        voided_at__isnull=True,
        occasion__in=(Occasion.BASELINE, Occasion.DIARY),
    )
    return {line_name(row.hours_after): int(row.score) for row in rows if row.score is not None}
