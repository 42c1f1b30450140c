"""What the record itself says that a rule wants written down: nobody writes it a second time."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from treatments.domain.rules.facts import Facts, Measurement, Scored
from treatments.domain.rules.spans import Span

# A score that is older is none of this pain.
RECENT = Span(months=3)
# What a payer takes for imaging of this pain.
_IMAGING = Span(months=24)
PAIN_SCORES = frozenset({"nrs-now", "nrs-average", "nrs-worst", "nrs-least", "nrs", "peg"})
# A diary counts hours after a block; it says nothing of what somebody can do.
_NO_FUNCTION = frozenset({"block-diary"}) | (PAIN_SCORES - {"peg"})


# Which answer stands for the pain of a day, if there are several: the plainest first.
_PAIN_NOW = ("nrs-average", "nrs-now", "nrs", "nrs-worst", "nrs-least")


def measured_pain(scores: Iterable[Scored]) -> list[Measurement]:
    """Answered pain from 0 to 10 as something measured; what is asked just after a block is not."""
    rows = [row for row in scores if row.instrument in _PAIN_NOW and row.occasion != "after"]
    rows.sort(key=lambda row: _PAIN_NOW.index(row.instrument))
    return [Measurement(row.key, "pain", row.score, row.on) for row in rows]


def recorded(facts: Facts, on: date) -> dict[str, Any]:
    """Words of `DOCUMENTED` that the record answers for a day: scores, care, diagnoses."""
    found: dict[str, Any] = {"facility": facts.facility} if facts.facility else {}
    found |= _scored(facts, on)
    care = [one for one in facts.cared if one.start is not None and one.start <= on]
    if care:
        found["care_record"] = _labels(one.label for one in care)
    running = [one for one in care if one.end is None or one.end >= RECENT.before(on)]
    if running:
        found["exercise_program"] = _labels(one.label for one in running)
    imaging = facts.since.get("imaging")
    if imaging is not None and _IMAGING.before(on) <= imaging <= on:
        found["imaging_24mo"] = str(imaging)
    if facts.diagnoses:
        found["plan_diagnoses"] = ", ".join(sorted(facts.diagnoses))
    return found


def _scored(facts: Facts, on: date) -> dict[str, str]:
    found = {}
    for score in facts.scores:
        if RECENT.before(on) <= score.on <= on:
            if score.instrument in PAIN_SCORES:
                found["pain_score"] = str(score.score)
            if score.instrument not in _NO_FUNCTION:
                found["function_score"] = str(score.score)
    return found


RECORDED: Mapping[str, str] = {
    "pain_score": "an answered questionnaire",
    "function_score": "an answered questionnaire",
    "care_record": "a course of conservative care",
    "exercise_program": "a course that goes on",
    "imaging_24mo": "a result of imaging",
    "plan_diagnoses": "the problem list",
    "facility": "the place of service of the clinic",
}


def _labels(labels: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(labels))
