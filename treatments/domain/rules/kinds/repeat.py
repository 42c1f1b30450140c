"""`prerequisite` of a repeat: the last one must have helped, and for long enough."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules.facts import Done, Evidence, Facts, Proposal, Scored
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.kinds.response import scores_about
from treatments.domain.rules.sessions import Sessions, Which, done_before, sessions_of
from treatments.domain.rules.spans import Span

_DAY = timedelta(days=1)
# Whether a repeat is refused, as far as it is known: yes, no, or one of both.
_Refused = frozenset[bool]
_YES: _Refused = frozenset({True})
_UNKNOWN: _Refused = frozenset({True, False})


@dataclass(frozen=True)
class RepeatAfterRelief(Look):
    """A repeat needs a last session that helped by `relief` for at least `lasting`.

    The first of its kind needs nothing. Relief lasted if an answer on or after that day still tells
    it, on the instrument of the baseline; `instruments` narrows which answers are asked. With
    `since`, only that many of them before begin to ask for it. Before
    that day nothing can have lasted; from it on, an answer that is not there is missing.

    Where it is not known whether a session was one of these, or when it was, another one may have
    been the last: what would be refused then is objected to, and what is not known is missing.
    """

    which: Which
    relief: Decimal
    lasting: Span
    instruments: frozenset[str] = frozenset()
    since: int = 1

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which, with_unrecognized=True)
        before = done_before(found, on, None)
        if len(before) + len(found.undated) < self.since:
            return None
        lasts = _may_be_last(found, before)
        refused = {day: self._refused(facts, found, day, on) for day in lasts}
        why = next((day for day in lasts if True in refused[day]), None)
        if why is None and not found.undated:
            return None
        rows = [row for day in lasts for row in before[day]]
        answers = self._answers(facts, rows, on)
        return Objection(
            because=self._because(why, on),
            evidence=(
                *(row.evidence for row in (*rows, *found.undated)),
                *(_answered(score) for score in answers),
            ),
            missing=(
                *self._untold(facts, found, lasts, on),
                *self._unplaced(found, before, refused, on),
            ),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each has had its time; and when each, or an answer about it, has come before."""
        for done in facts.done:
            if done.on:
                yield done.on + _DAY
                if self.lasting.may_reach(done.on, on):
                    yield self.lasting.after(done.on)
        yield from (score.on for score in facts.scores)

    def _refused(self, facts: Facts, found: Sessions, day: date, on: date) -> _Refused:
        """Whether a repeat is refused if the last session was on this day."""
        sure, due = found.certain.get(day), self.lasting.after(day)
        if on < due:
            return _YES
        # Each that may be one of these may have been the only one on that day, or have helped too.
        single = [self._by_relief(facts, rows, due, on) for rows in _each(found, day)]
        if not sure:
            return frozenset().union(*single)
        can_help = any(False in told for told in single)
        told = self._by_relief(facts, sure, due, on)
        return told | {False} if can_help else told

    def _by_relief(self, facts: Facts, rows: Iterable[Done], due: date, on: date) -> _Refused:
        answers = self._answers(facts, rows, on)
        late = [score.percent_relief for score in answers if score.on >= due]
        told = [relief for relief in late if relief is not None]
        return frozenset({max(told) < self.relief}) if told else _UNKNOWN

    def _because(self, day: date | None, on: date) -> str:
        wanted = f"{self.relief.normalize():f} % relief for {self.lasting}"
        if day is None:
            return f"perhaps not {wanted}"
        due = self.lasting.after(day)
        return (
            f"{self.lasting} after the last one are not over before {due}"
            if on < due
            else f"not {wanted}"
        )

    def _untold(
        self, facts: Facts, found: Sessions, lasts: Sequence[date], on: date
    ) -> tuple[str, ...]:
        """Whether somebody has still to say how long it helped."""
        alone = [
            (day, rows)
            for day in lasts
            for rows in ([found.certain[day]] if day in found.certain else _each(found, day))
        ]
        told = [
            self._by_relief(facts, rows, due, on)
            for day, rows in alone
            if on >= (due := self.lasting.after(day))
        ]
        return (f"how much it helped after {self.lasting}",) if _UNKNOWN in told else ()

    def _unplaced(
        self,
        found: Sessions,
        before: Mapping[date, Sequence[Done]],
        refused: Mapping[date, _Refused],
        on: date,
    ) -> tuple[str, ...]:
        """What is not known where, for what or when; nothing if it is refused all the same."""
        sure = [day for day in before if day in found.certain]
        is_enough = len(sure) >= self.since
        # Whatever came later than a certain one has had even less time.
        is_early = is_enough and on < self.lasting.after(sure[-1])
        is_refused = is_enough and all(told == _YES for told in refused.values())
        if is_early or (is_refused and not found.undated):
            return ()
        days = refused if is_enough else before
        return (
            *(
                f"{row.label}: not known where or for what"
                for day in days
                for row in found.possible.get(day, [])
            ),
            *(f"{row.label}: not known when" for row in found.undated),
        )

    def _answers(self, facts: Facts, rows: Iterable[Done], on: date) -> list[Scored]:
        return [
            score
            for score in scores_about(facts, rows, on)
            if not self.instruments or score.instrument in self.instruments
        ]


def _may_be_last(found: Sessions, before: Mapping[date, Sequence[Done]]) -> list[date]:
    """The days of sessions that may have been the last: the latest first, down to a certain one."""
    days: list[date] = []
    for day in sorted(before, reverse=True):
        days.append(day)
        if day in found.certain:
            break
    return days


def _each(found: Sessions, day: date) -> list[list[Done]]:
    """Each by itself that may be one of these."""
    return [[row] for row in found.possible.get(day, [])]


def _answered(score: Scored) -> Evidence:
    return Evidence(
        "response", score.key, f"{score.instrument}: {score.percent_relief} %", score.on
    )
