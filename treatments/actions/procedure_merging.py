"""What a draft of a procedure says after two people wrote in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.accounts.models import User
from treatments.actions import documents
from treatments.domain.merging import merge
from treatments.domain.procedure_pieces import put_together, take_apart
from treatments.domain.procedures import Content, GivenDrug
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark, said_by

PERFORMER = "performer"
DRUGS = "drugs"


@dataclass(frozen=True)
class Change:
    """A draft as somebody wants it, and what they had read: `revision` and the mark of the drugs.

    `keep_theirs` names pieces (`treatments.domain.procedure_pieces`, `performer`, `drugs`) in which
    the other writer's words stay. With `drugs_seen` None the drugs are replaced by whatever is said
    here. `under_way` is what the same writer had sent just before, not knowing yet whether it came:
    where the draft says that now, they are no second writer.
    """

    content: Content
    performer: User
    revision: int
    drugs_seen: str | None = None
    keep_theirs: frozenset[str] = frozenset()
    under_way: Content | None = None


@dataclass(frozen=True)
class Merged:
    """What there is after both. `drugs` are the rows to write, None if those there stay."""

    content: Content
    performer_id: int
    drugs: Sequence[GivenDrug] | None


def merge_change(current: Procedure, content: Content, change: Change) -> Merged:
    """Put a change, its `content` completed, on top of what the draft says now.

    Raises `StaleDraft` with every piece that both changed, and not to the same.
    """
    present = content_of(current)
    theirs = _pieces(present, current.performer_id)
    base = _as_read_at(current, change.revision, theirs) | _own(change, theirs)
    yours = _pieces(content, change.performer.pk)
    # What was emptied is a change as well.
    asked = {n: yours.get(n) for n in {*base, *yours} if n not in change.keep_theirs}
    merged, clashes = merge(base, asked, theirs, nothing=None)
    fields = {c.name: {"yours": _plain(c.yours), "theirs": _plain(c.theirs)} for c in clashes}
    rows, is_clash = _new_drugs(present.drugs, content.drugs, change)
    if is_clash:
        fields[DRUGS] = {"yours": _told(content.drugs), "theirs": _told(present.drugs)}
    if fields:
        raise documents.StaleDraft(details={"fields": fields, "revision": current.revision})
    performer_id = merged.pop(PERFORMER)
    whole = put_together(merged, present.drugs if rows is None else rows)
    return Merged(whole, performer_id, rows)


def _pieces(content: Content, performer_id: int | None) -> dict[str, Any]:
    return take_apart(content) | {PERFORMER: performer_id}


def _own(change: Change, now: Mapping[str, Any]) -> dict[str, Any]:
    """The pieces that say now what the writer themselves had just sent."""
    if change.under_way is None:
        return {}
    sent = _pieces(change.under_way, change.performer.pk)
    return {n: now.get(n) for n in {*sent, *now} if sent.get(n) == now.get(n)}


def _as_read_at(current: Procedure, revision: int, now: Mapping[str, Any]) -> dict[str, Any]:
    if revision == current.revision:
        return dict(now)
    seen = current.as_read_at(revision)
    # A revision that never was: whatever differs is then for the person to choose.
    return _pieces(said_by(seen), seen.performer_id) if seen else {}


def _new_drugs(
    present: Sequence[GivenDrug], rows: Sequence[GivenDrug], change: Change
) -> tuple[Sequence[GivenDrug] | None, bool]:
    """The rows to write, None if nothing is to change; and whether somebody else changed them."""
    new, now = drugs_mark(rows), drugs_mark(present)
    own = change.under_way and drugs_mark(change.under_way.drugs)
    if DRUGS in change.keep_theirs or new in {now, change.drugs_seen}:
        return None, False
    return rows, change.drugs_seen not in {None, now} and own != now


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | bool | None) else str(value)


def _told(rows: Sequence[GivenDrug]) -> str:
    return "; ".join(
        " ".join(filter(None, [row.drug, str(row.amount or ""), row.lot_number])) for row in rows
    )
