"""The scores of people, arranged so that what was done can be measured by them quickly.

Rows are read without making objects of them: the chart of somebody who has come for ten years asks
for hundreds.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from treatments.domain.instruments import Definition, read_definition
from treatments.domain.outcomes import Reading, baseline_of
from treatments.models import Instrument, Occasion, QuestionnaireResponse

# A score from before counts as the baseline for so long.
BASELINE_HOLDS = timedelta(days=30)
# Right after a procedure it is the local anesthetic that speaks.
_NOT_LATER = frozenset({Occasion.AFTER.value, Occasion.DIARY.value})


class Given(NamedTuple):
    """Something that was done to a person, until something else was done.

    `link` is the column of a score that says that it belongs to this, and `id` its value.
    `pain_before` was written down with it. With `is_stopped` it was not completed. With
    `is_recognized` another clinic did it, and only its words say which treatment it was. One that
    `continues` is another dose of what was given before, and no other time.
    """

    key: str
    name: str
    patient_id: UUID
    at: datetime
    until: datetime | None
    link: str
    id: Any
    pain_before: int | None = None
    is_stopped: bool = False
    is_recognized: bool = False
    continues: bool = False


class Answer(NamedTuple):
    """One score."""

    id: UUID
    patient_id: UUID
    instrument_id: Any
    authored_at: datetime
    score: Decimal
    occasion: str
    procedure_id: int | None
    course_id: UUID | None
    wants_again: bool | None
    hours_after: Decimal | None = None

    def belongs_to(self, given: Given) -> bool:
        """Whether it was asked about this."""
        return bool(getattr(self, given.link) == given.id)

    def is_of_another(self, given: Given) -> bool:
        """Whether it is the later score of another procedure, where this is one too."""
        return (
            given.link == "procedure_id"
            and self.procedure_id not in {None, given.id}
            and self.occasion != Occasion.BASELINE
        )


@dataclass(frozen=True)
class Scale:
    """One person's answers to one questionnaire, the oldest first; `times` are their instants.

    `tied` has the places of those that belong to something, by the column and its value: in ten
    years of scores nobody looks through all of them for each thing that was done.
    """

    definition: Definition
    answers: list[Answer] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    tied: dict[tuple[str, Any], list[int]] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        """One more, later than all there are."""
        for link, key in (
            ("procedure_id", answer.procedure_id),
            ("course_id", answer.course_id),
        ):
            if key is not None:
                self.tied.setdefault((link, key), []).append(len(self.answers))
        self.answers.append(answer)
        self.times.append(answer.authored_at)

    def own(self, given: Given, first: int = 0) -> list[Answer]:
        """Those that were asked about this, from the place `first` on."""
        places = self.tied.get((given.link, given.id), ())
        return [self.answers[place] for place in places if place >= first]

    def reading(self, answer: Answer) -> Reading:
        """The score, with what it may be compared with."""
        key = (self.definition.key, self.definition.version)
        return Reading(key, answer.authored_at, answer.score, answer.id)

    def line(self, answer: Answer, begun: datetime) -> Reading:
        """A line of a diary: its hours count from the block, also when its time is corrected."""
        hours = answer.hours_after or Decimal(0)
        at = begun + timedelta(minutes=int(hours * 60))
        return replace(self.reading(answer), at=at)

    def before(self, given: Given) -> Reading | None:
        """The baseline: the one that was asked for this, or else the last in time.

        Pain that was written down with a procedure is an answer as well.
        """
        first = bisect_left(self.times, given.at - BASELINE_HOLDS)
        recent = [
            answer
            for answer in self.answers[first : bisect_right(self.times, given.at)]
            # Right after a block the pain is numbed: that is no state to begin from.
            if answer.occasion not in _NOT_LATER
        ]
        own = [answer for answer in self.own(given) if answer.occasion == Occasion.BASELINE]
        if own:
            return self.reading(own[-1])
        key = (self.definition.key, self.definition.version)
        asked = self.reading(recent[-1]) if recent else None
        return baseline_of(key, given.at, given.pain_before, asked, f"procedure {given.id}")

    def after(self, given: Given) -> list[Reading]:
        """The scores that speak of this; the baseline of what came next still does.

        Who ties a score to a procedure says what it speaks of, whatever was done in between.
        """
        first = bisect_right(self.times, given.at)
        last = bisect_right(self.times, given.until) if given.until else len(self.times)
        told = [answer for answer in self.answers[first:last] if not answer.is_of_another(given)]
        told += self.own(given, last)
        return [
            self.reading(answer)
            for answer in told
            if answer.occasion not in _NOT_LATER
            and not (answer.occasion == Occasion.BASELINE and answer.belongs_to(given))
        ]


class Measured(NamedTuple):
    """What was done, on the questionnaire that says most about it."""

    definition: Definition
    before: Reading
    after: list[Reading]


@dataclass(frozen=True)
class Scores:
    """All scores of one person; `scales` in the order of their questionnaires."""

    scales: list[Scale] = field(default_factory=list)

    def has_before(self, given: Given) -> bool:
        """Whether there is a baseline for it, on any questionnaire but a diary."""
        asked = [scale for scale in self.scales if not scale.definition.is_diary]
        return given.pain_before is not None or any(scale.before(given) for scale in asked)

    def measured(self, given: Given) -> Measured | None:
        """The first questionnaire, in their order, with a score before and one after."""
        for scale in self.scales:
            if scale.definition.is_diary:
                continue
            before = scale.before(given)
            after = scale.after(given) if before else []
            if before and after:
                return Measured(scale.definition, before, after)
        return None

    def by_diary(self, given: Given) -> Measured | None:
        """What the diary of a block says, if it was kept: pain before, and in the hours after."""
        for scale in self.scales:
            if not scale.definition.is_diary:
                continue
            own = scale.own(given)
            before = [answer for answer in own if answer.occasion == Occasion.BASELINE]
            hours = [answer for answer in own if answer.occasion == Occasion.DIARY]
            if before and hours:
                lines = [scale.line(answer, given.at) for answer in hours]
                first = scale.line(before[0], given.at)
                return Measured(scale.definition, first, sorted(lines, key=lambda line: line.at))
        return None

    def wants_again(self, given: Iterable[Given]) -> bool | None:
        """What was last said about having one of these again."""
        asked = {(one.link, one.id) for one in given}
        said = [
            (answer.authored_at, answer.wants_again)
            for scale in self.scales
            for answer in scale.answers
            if answer.wants_again is not None
            and (
                ("procedure_id", answer.procedure_id) in asked
                or ("course_id", answer.course_id) in asked
            )
        ]
        return max(said)[1] if said else None


def scores_of(
    viewer: Viewer, patient_ids: Iterable[UUID], *, permission: str = "patients.view_chart"
) -> Mapping[UUID, Scores]:
    """The scores of these people that count; two queries. The caller has opened their charts.

    Raises `NotAllowed` without the permission for which they are read.
    """
    require(viewer, permission)
    definitions = {row.pk: read_definition(row.definition) for row in Instrument.objects.all()}
    rows = QuestionnaireResponse.objects.filter(
        patient__in=list(patient_ids), voided_at__isnull=True, score__isnull=False
    ).order_by("authored_at", "id")
    scales: dict[tuple[UUID, Any], Scale] = {}
    for values in rows.values_list(*Answer._fields):
        answer = Answer(*values)
        key = (answer.patient_id, answer.instrument_id)
        if key not in scales:
            scales[key] = Scale(definitions[answer.instrument_id])
        scales[key].add(answer)
    found: dict[UUID, Scores] = defaultdict(Scores)
    for (patient_id, _), scale in sorted(scales.items(), key=lambda one: one[1].definition.order):
        found[patient_id].scales.append(scale)
    return found
