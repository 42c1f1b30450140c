"""The questions that are asked about red flags: by the desk, and by the portal."""

from collections.abc import Iterable, Sequence

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from treatments.domain.catalogue import RedFlagDetails, details_of
from treatments.domain.flag_questions import About, Question, QuestionPage
from treatments.domain.vocabulary import URGENCIES
from treatments.facts.known import known
from treatments.models import CatalogueEntry, Section


def triage_questions(viewer: Viewer) -> list[Question]:
    """What is asked on the phone: the flags that a rule in force looks at, the hastiest first.

    Nothing of any person is in it. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.find_slots")
    return [Question(row.key, row.details.get("question") or row.name) for row in _asked()]


def own_questions(viewer: Viewer, language: str, *, age: int) -> list[QuestionPage]:
    """The same, as people of this age (years) are asked who book for themselves, page by page.

    First what is an emergency, then what is new today, then what somebody has had for long and
    what can wait for days. `language` is "es" for Spanish; anything else is English. Raises
    `NotAllowed`.
    """
    require(viewer, "scheduling.book_own")
    tail = "_es" if language.startswith("es") else ""
    by_page: dict[About, list[Question]] = {about: [] for about in About}
    for row in _asked():
        told = details_of(Section.RED_FLAG, row.details)
        assert isinstance(told, RedFlagDetails)
        if told.is_asked_at(age):
            words = getattr(told, f"sign{tail}") or getattr(told, f"question{tail}")
            by_page[_page_of(told)].append(Question(row.key, words or row.plain or row.name))
    return [QuestionPage(about, listed) for about, listed in by_page.items() if listed]


def questions_named(viewer: Viewer, keys: Iterable[str]) -> Sequence[str]:
    """What somebody said yes to, for staff who read a visit, as the desk asks it.

    Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    rows = CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=list(keys))
    return [row.plain or row.name for row in sorted(rows, key=_hastiest)]


def _page_of(flag: RedFlagDetails) -> About:
    if flag.urgency == "emergency":
        return About.NOW
    # What is not new weighs with what is: asked after it, so that no page is too long for a phone.
    is_new = flag.urgency == "same_day" and not flag.is_lasting
    return About.NEW if is_new else About.LASTING


def _hastiest(row: CatalogueEntry) -> tuple[int, str]:
    return list(URGENCIES).index(row.details["urgency"]), row.key


def _asked() -> list[CatalogueEntry]:
    """The flags that a rule in force looks at, the hastiest first."""
    asked: set[str] = set()
    for rule in known().rulebook.rules:
        if rule.family == "red_flag" and rule.is_on:
            asked |= set(getattr(rule.looks, "states", ()))
            # What only warns is asked as well.
            asked |= set(getattr(getattr(rule.looks, "milder", None), "states", ()))
    rows = CatalogueEntry.objects.offered(Section.RED_FLAG).filter(pk__in=asked)
    return sorted(rows, key=_hastiest)
