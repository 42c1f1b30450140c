"""The questions that are asked about red flags: by the desk, and by the portal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from treatments.domain.vocabulary import URGENCIES
from treatments.facts.known import known
from treatments.models import CatalogueEntry, Section


@dataclass(frozen=True)
class Question:
    """A red flag of the catalogue: its key, and how it is asked."""

    key: str
    words: str


def triage_questions(viewer: Viewer) -> list[Question]:
    """What is asked on the phone: the flags that a rule in force looks at, the hastiest first.

    Nothing of any person is in it. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    return [Question(row.key, row.details.get("question") or row.name) for row in _asked()]


def own_questions(viewer: Viewer, language: str) -> list[list[Question]]:
    """The same, as people are asked who book for themselves: in pages, each with a few of them.

    First what is an emergency, then what is new today, then what somebody has had for long and
    what can wait for days. `language` is "es" for Spanish; anything else is English. Raises
    `NotAllowed`.
    """
    require(viewer, "scheduling.book_own")
    words = "question_es" if language.startswith("es") else "question"
    by_page: dict[int, list[Question]] = {}
    for row in _asked():
        page = _LAST if row.key in _FOR_LONG else _PAGES.get(row.details["urgency"], _LAST)
        question = Question(row.key, row.details.get(words) or row.plain or row.name)
        by_page.setdefault(page, []).append(question)
    return [by_page[page] for page in sorted(by_page)]


def questions_named(viewer: Viewer, keys: Iterable[str]) -> Sequence[str]:
    """What somebody said yes to, for staff who read a visit, as the desk asks it.

    Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=list(keys))
    return [row.plain or row.name for row in sorted(rows, key=_hastiest)]


_PAGES, _LAST = {"emergency": 0, "same_day": 1}, 2
# Not new, but weighs with what is: asked after it, so that no page is too long for a phone.
_FOR_LONG = {
    "cancer-history",
    "drug-use",
    "known-osteoporosis",
    "recent-infection",
    "recent-steroids",
    "unexplained-weight-loss",
    "weak-immunity",
}


def _hastiest(row: CatalogueEntry) -> tuple[int, str]:
    return list(URGENCIES).index(row.details["urgency"]), row.key


def _asked() -> list[CatalogueEntry]:
    """The flags that a rule in force looks at, the hastiest first."""
    asked: set[str] = set()
    for rule in known().rulebook.rules:
        if rule.family == "red_flag" and rule.is_on:
            asked |= set(getattr(rule.looks, "states", ()))
    rows = CatalogueEntry.objects.offered(Section.RED_FLAG).filter(pk__in=asked)
    return sorted(rows, key=_hastiest)
