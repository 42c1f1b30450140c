"""Loading questionnaires: the shipped ones, and those a clinic has a licence for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from treatments.domain.instruments import Definition
from treatments.models import Instrument


class VersionTaken(Conflict):
    """A version that is loaded never changes, because scores were made by it."""

    code = "version_taken"
    title = "This version is loaded already"


@action
def load_instruments(
    *,
    instruments: Sequence[tuple[Definition, dict[str, Any]]],
    is_shipped: bool,
    by: User | None,
    now: datetime,
) -> int:
    """Add what is not there yet, all or nothing; how many are new. `by` is None for the operator.

    An older version of the same key is retired: it stays readable and is not offered any more.
    Raises `Invalid` for a clinic's own without a licence note, `VersionTaken` if a version that is
    loaded says something else.
    """
    added = 0
    for definition, raw in instruments:
        if not is_shipped and not definition.license_note.strip():
            raise Invalid(
                f"{definition.key}: license_note is missing. Say under which licence you use it."
            )
        added += _load(definition, raw, is_shipped=is_shipped, now=now)
    return added


def _load(definition: Definition, raw: dict[str, Any], *, is_shipped: bool, now: datetime) -> bool:
    versions = Instrument.objects.filter(key=definition.key)
    present = versions.filter(version=definition.version).first()
    if present is None:
        versions.filter(retired_at__isnull=True).update(retired_at=now)
        Instrument.objects.create(
            key=definition.key,
            version=definition.version,
            name=definition.name,
            definition=raw,
            license_note=definition.license_note,
            is_shipped=is_shipped,
        )
        return True
    if present.definition != raw:
        raise VersionTaken(
            f"{definition.key} {definition.version} is loaded and says something else. "
            "Give the changed questionnaire a new version."
        )
    return False
