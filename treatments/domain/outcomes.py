"""What scores say: change, relief, how long it lasted, and whether a block answered its question.

Relief is (baseline - follow-up) / baseline x 100, on the same instrument and version only. Every
figure is a Decimal. Sources: clinical rules, sections 2 (blocks), 9 (scores) and 10 (diary).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median
from typing import Any

from treatments.domain.instruments import Definition

HUNDRED = Decimal(100)
# What counts as relief of a treatment, and as the answer to a diagnostic block, in percent.
HELPED = Decimal(50)
RESPONDED = Decimal(80)
DIARY_HOURS = tuple(Decimal(hour) for hour in ("0.5", "1", "2", "4", "6", "8"))


@dataclass(frozen=True)
class Reading:
    """One score: of which instrument and version, when, and the row it came from."""

    instrument: tuple[str, str]
    at: datetime
    score: Decimal
    id: Any = None


@dataclass(frozen=True)
class Relief:
    """Relief in percent, negative if it became worse; None with the reason why not."""

    percent: Decimal | None
    why_not: str = ""

    @property
    def shown(self) -> str:
        """As it is read: "63 %", or the reason."""
        if self.percent is None:
            return self.why_not
        return f"{whole(self.percent)} %"


# The questionnaire that the pain before a procedure, written down with it, is an answer to.
PAIN_NOW = "nrs-now"
SAME_DAY = timedelta(days=1)


def baseline_of(
    instrument: tuple[str, str], at: datetime, pain: int | None, asked: Reading | None, row: Any
) -> Reading | None:
    """The baseline of a procedure at `at`: what was `asked` last before it, or `pain` told with it.

    The pain told with it is that of the moment, and compares with no other question. It is older
    than nothing that was asked on the same day, and newer than everything before.
    """
    if pain is None or instrument[0] != PAIN_NOW:
        return asked
    if asked is not None and asked.at >= at - SAME_DAY:
        return asked
    return Reading(instrument, at, Decimal(pain), row)


OTHER_INSTRUMENT = "Another questionnaire, or another version of it: the two do not compare."
BASELINE_ZERO = "The score before was 0: there was nothing to relieve."
NO_BASELINE = "No score from before."
NOT_SINCE = "No score from after."
NOT_COMPLETED = "Not completed."


def whole(number: Decimal) -> str:
    """A number without places, halves away from zero, and never "-0"."""
    rounded = number.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded}"


def line_name(hour: Decimal | None) -> str:
    """What a line of the diary is called outside."""
    return "before" if hour is None else f"{hour.normalize():f}"


def relief(before: Reading | None, after: Reading, *, higher_is_worse: bool = True) -> Relief:
    """How much better `after` is than `before`, in percent of `before`."""
    if before is None:
        return Relief(None, NO_BASELINE)
    if before.instrument != after.instrument:
        return Relief(None, OTHER_INSTRUMENT)
    if before.score == 0:
        return Relief(None, BASELINE_ZERO)
    better = before.score - after.score if higher_is_worse else after.score - before.score
    return Relief(better / before.score * HUNDRED)


def reaches(found: Relief, percent: Decimal) -> bool:
    """Whether there is relief, and at least so much of it."""
    return found.percent is not None and found.percent >= percent


def matters(definition: Definition, before: Reading, after: Reading) -> bool | None:
    """Whether the change is an improvement that people notice (MCID); None if nobody knows.

    Either bound of the definition is enough. Nothing compares across instruments.
    """
    if before.instrument != after.instrument:
        return None
    if definition.mcid is None and definition.mcid_percent is None:
        return None
    better = before.score - after.score
    better = better if definition.higher_is_worse else -better
    if definition.mcid is not None and better >= definition.mcid:
        return True
    found = relief(before, after, higher_is_worse=definition.higher_is_worse)
    return definition.mcid_percent is not None and reaches(found, definition.mcid_percent)


@dataclass(frozen=True)
class Lasting:
    """How long relief of at least half held after something was done.

    `held_until` is the last score at which it still held, `lost_at` the first below; without one it
    held "at least until" the last score. Both None: it was never reached. `rows` were counted.
    """

    began_at: datetime | None
    held_until: datetime | None
    lost_at: datetime | None
    lasted: timedelta | None
    best: Relief
    rows: tuple[Any, ...]

    @property
    def holds_still(self) -> bool:
        """Whether no later score says that it ended."""
        return self.held_until is not None and self.lost_at is None


def lasting_relief(
    since: datetime,
    before: Reading | None,
    readings: Iterable[Reading],
    *,
    threshold: Decimal = HELPED,
    higher_is_worse: bool = True,
) -> Lasting:
    """How long relief held, counted from `since` to the last score in a row that shows it.

    A treatment may take days to work, so scores before the first that shows it do not end it.
    Scores of other instruments, and from before `since`, are passed over.
    """
    after = sorted(
        (one for one in readings if one.at > since and _same(before, one)), key=lambda one: one.at
    )
    found = [(one, relief(before, one, higher_is_worse=higher_is_worse)) for one in after]
    held: list[Reading] = []
    lost_at = None
    for reading, gained in found:
        if reaches(gained, threshold):
            held.append(reading)
        elif held:
            lost_at = reading.at
            break
    best = max(
        (gained for _reading, gained in found if gained.percent is not None),
        key=lambda gained: gained.percent or Decimal(0),
        default=_none(before, after),
    )
    return Lasting(
        began_at=held[0].at if held else None,
        held_until=held[-1].at if held else None,
        lost_at=lost_at,
        lasted=held[-1].at - since if held else None,
        best=best,
        rows=tuple(one.id for one in after),
    )


def _same(before: Reading | None, reading: Reading) -> bool:
    return before is None or reading.instrument == before.instrument


def _none(before: Reading | None, after: Sequence[Reading]) -> Relief:
    if before is None:
        return Relief(None, NO_BASELINE)
    return Relief(None, BASELINE_ZERO if after else NOT_SINCE)


class Acting(StrEnum):
    """How long a local anesthetic usually numbs."""

    SHORT = "short"
    LONG = "long"


AGENTS: Mapping[str, Acting] = {
    "lidocaine": Acting.SHORT,
    "mepivacaine": Acting.SHORT,
    "chloroprocaine": Acting.SHORT,
    "prilocaine": Acting.SHORT,
    "bupivacaine": Acting.LONG,
    "levobupivacaine": Acting.LONG,
    "ropivacaine": Acting.LONG,
}
# The least a true answer lasts, in hours. Field knowledge; the coverage rules name no numbers.
LEAST_HOURS: Mapping[Acting, Decimal] = {Acting.SHORT: Decimal(1), Acting.LONG: Decimal(2)}


@dataclass(frozen=True)
class DiaryEntry:
    """Pain so many hours after the block."""

    hours: Decimal
    score: Decimal
    id: Any = None


@dataclass(frozen=True)
class BlockResult:
    """What a diary says about a diagnostic block.

    `hours` is how long relief of at least 80 % held without a break: from the block to the last
    entry of the first such run; `ended_by` the entry at which it was gone. `is_responder` is None
    with `why_not` if the diary cannot tell. `rows` are the entries that were counted.
    """

    peak: Relief
    hours: Decimal
    ended_by: Decimal | None
    acting: Acting | None
    fits_agent: bool | None
    is_responder: bool | None
    why_not: str
    rows: tuple[Any, ...]


def block_result(
    before: Decimal | None, entries: Iterable[DiaryEntry], agents: Iterable[str]
) -> BlockResult:
    """Read a diary. `before` is the pain before the block on the same scale.

    The longest acting of the local anesthetics decides how long relief must have held.
    """
    diary = sorted(entries, key=lambda entry: entry.hours)
    gained = [(entry, _gain(before, entry.score)) for entry in diary]
    hours, ended_by = _first_run(gained)
    peak = max(
        (found for _entry, found in gained if found.percent is not None),
        key=lambda found: found.percent or Decimal(0),
        default=Relief(None, NO_BASELINE if before is None else BASELINE_ZERO),
    )
    acting = _longest(agents)
    fits = None if acting is None or not hours else hours >= LEAST_HOURS[acting]
    responded, why_not = _verdict(before, diary, peak, hours, ended_by, acting)
    rows = tuple(entry.id for entry in diary)
    return BlockResult(peak, hours, ended_by, acting, fits, responded, why_not, rows)


def _gain(before: Decimal | None, score: Decimal) -> Relief:
    if before is None:
        return Relief(None, NO_BASELINE)
    if before == 0:
        return Relief(None, BASELINE_ZERO)
    return Relief((before - score) / before * HUNDRED)


def _first_run(gained: Sequence[tuple[DiaryEntry, Relief]]) -> tuple[Decimal, Decimal | None]:
    hours = Decimal(0)
    for entry, found in gained:
        if reaches(found, RESPONDED):
            hours = entry.hours
        elif hours:
            return hours, entry.hours
    return hours, None


def _longest(agents: Iterable[str]) -> Acting | None:
    known = {AGENTS[agent] for agent in agents if agent in AGENTS}
    if not known:
        return None
    return Acting.LONG if Acting.LONG in known else Acting.SHORT


def _verdict(
    before: Decimal | None,
    diary: Sequence[DiaryEntry],
    peak: Relief,
    hours: Decimal,
    ended_by: Decimal | None,
    acting: Acting | None,
) -> tuple[bool | None, str]:
    if not before:
        return None, NO_BASELINE if before is None else BASELINE_ZERO
    if not diary:
        return None, "The diary is empty."
    if not reaches(peak, RESPONDED):
        return False, ""
    if acting is None:
        return None, "No local anesthetic of known duration is written down."
    if hours >= LEAST_HOURS[acting]:
        return True, ""
    if ended_by is None:
        return None, "The diary ends before it can tell how long relief held."
    return False, ""


def middle(numbers: Iterable[Decimal]) -> Decimal | None:
    """The median, None of nothing."""
    found = list(numbers)
    return median(found) if found else None


def share(part: int, total: int) -> Decimal | None:
    """`part` of `total` in percent, None of nothing."""
    return Decimal(part) * HUNDRED / Decimal(total) if total else None


def nearest(
    readings: Iterable[Reading], since: datetime, *, day: int, first: int, last: int
) -> Reading | None:
    """The score closest to `day` days after `since`, among those from `first` to `last` days."""
    aim = since + timedelta(days=day)
    within = [
        one for one in readings if timedelta(days=first) <= one.at - since <= timedelta(days=last)
    ]
    return min(within, key=lambda one: (abs(one.at - aim), one.at), default=None)
