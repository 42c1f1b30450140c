"""Walls in the database around what is signed."""

from collections.abc import Sequence
from typing import Any

import pgtrigger

from treatments.domain.states import FROZEN

_FROZEN = ", ".join(f"'{status.value}'" for status in sorted(FROZEN))


class _SignedChange(pgtrigger.Condition):
    """A signed row that changes in anything but the columns named."""

    def __init__(self, exclude: Sequence[str]) -> None:
        super().__init__(f"OLD.record_status IN ({_FROZEN})")
        self.exclude = list(exclude)

    def resolve(self, model: Any) -> str:
        """As SQL."""
        changed = pgtrigger.AnyChange(exclude=self.exclude).resolve(model)
        return f"{self.sql} AND ({changed})"


def signed_stays(*, but: Sequence[str] = ()) -> list[pgtrigger.Trigger]:
    """Triggers for `Meta.triggers`: from the signature on only the status moves, and `but`.

    `patient` is always let through: joining two records of one person moves what is signed.
    """
    open_columns = ["record_status", "patient", *but]
    return [
        pgtrigger.Protect(
            name="signed_is_not_changed",
            operation=pgtrigger.Update,
            condition=_SignedChange(open_columns),
        ),
        pgtrigger.Protect(
            name="signed_is_not_reopened",
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                f"OLD.record_status IN ({_FROZEN}) AND NEW.record_status IN ('draft', 'outside')"
            ),
        ),
        pgtrigger.Protect(
            name="signed_is_not_deleted",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition(f"OLD.record_status IN ({_FROZEN})"),
        ),
    ]


def parts_stay(table: str, column: str) -> list[pgtrigger.Trigger]:
    """Triggers for the parts of a document: they are fixed from the moment it is signed.

    `table` is the document's, `column` the foreign key to it.
    """
    return [
        pgtrigger.Trigger(
            name=f"signed_parts_stay_{name}",
            when=pgtrigger.Before,
            operation=operation,
            # Table and column are ours, not typed by anybody.
            func=f"""
                IF EXISTS (
                    SELECT 1 FROM {table}
                    WHERE id = {row}.{column} AND record_status IN ({_FROZEN})
                ) THEN
                    RAISE EXCEPTION 'What is signed cannot be changed: % of {table}', TG_TABLE_NAME;
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """,  # noqa: S608
        )
        for name, operation, row in (
            ("in", pgtrigger.Insert | pgtrigger.Update, "NEW"),
            ("out", pgtrigger.Update | pgtrigger.Delete, "OLD"),
        )
    ]
