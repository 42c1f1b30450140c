"""Walls in the database around what is signed."""

from collections.abc import Sequence
from typing import Any

import pgtrigger

from treatments.domain.states import FROZEN

_FROZEN = ", ".join(f"'{status.value}'" for status in sorted(FROZEN))


_IS_FROZEN = f"OLD.record_status IN ({_FROZEN})"
# What a person wrote down of another clinic is as final as a signature. What was imported follows
# its source, with every version kept.
_IS_TOLD = "OLD.record_status = 'outside' AND OLD.source = ''"


class ChangeWhile(pgtrigger.Condition):
    """A row for which some SQL holds changes in anything but the columns named."""

    def __init__(self, sql: str, *, but: Sequence[str] = ()) -> None:
        super().__init__(sql)
        self.but = list(but)

    def resolve(self, model: Any) -> str:
        """As SQL."""
        changed = pgtrigger.AnyChange(exclude=self.but).resolve(model)
        return f"(({self.sql}) AND ({changed}))"


def signed_stays(*, but: Sequence[str] = (), or_outside: bool = False) -> list[pgtrigger.Trigger]:
    """Triggers for `Meta.triggers`: from the signature on only the status moves, and `but`.

    `patient` is always let through: joining two records of one person moves what is signed. With
    `or_outside` the same holds for what somebody wrote down of another clinic.
    """
    open_columns = ["record_status", "patient", *but]
    final = f"{_IS_FROZEN} OR ({_IS_TOLD})" if or_outside else _IS_FROZEN
    return [
        pgtrigger.Protect(
            name="signed_is_not_changed",
            operation=pgtrigger.Update,
            condition=ChangeWhile(final, but=open_columns),
        ),
        pgtrigger.Protect(
            name="signed_is_not_reopened",
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                f"(({_IS_FROZEN} AND NEW.record_status IN ('draft', 'outside'))"
                " OR (OLD.record_status = 'outside'"
                " AND NEW.record_status NOT IN ('outside', 'entered_in_error')))"
            ),
        ),
        pgtrigger.Protect(
            name="signed_is_not_deleted",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition(final),
        ),
    ]


def parts_stay(table: str, column: str, *, or_outside: bool = False) -> list[pgtrigger.Trigger]:
    """Triggers for the parts of a document: they are fixed from the moment it is signed.

    `table` is the document's, `column` the foreign key to it. With `or_outside` what another clinic
    did takes one part, and that stays.
    """
    final = f"d.record_status IN ({_FROZEN})"
    if or_outside:
        # Table and column are ours, not typed by anybody.
        more = f"EXISTS (SELECT 1 FROM {{meta.db_table}} p WHERE p.{column} = d.id)"  # noqa: S608
        told = "d.record_status = 'outside' AND d.source = ''"
        final = f"{final} OR ({told} AND (TG_OP <> 'INSERT' OR {more}))"
    return [
        pgtrigger.Trigger(
            name=f"signed_parts_stay_{name}",
            when=pgtrigger.Before,
            operation=operation,
            # Table and column are ours, not typed by anybody.
            func=pgtrigger.Func(  # type: ignore[no-untyped-call]
                f"""
                IF EXISTS (
                    SELECT 1 FROM {table} d WHERE d.id = {row}.{column} AND ({final})
                ) THEN
                    RAISE EXCEPTION 'What is signed cannot be changed: % of {table}', TG_TABLE_NAME;
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
                """  # noqa: S608
            ),
        )
        for name, operation, row in (
            ("in", pgtrigger.Insert | pgtrigger.Update, "NEW"),
            ("out", pgtrigger.Update | pgtrigger.Delete, "OLD"),
        )
    ]
