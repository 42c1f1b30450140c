"""Questions about red flags, page by page, as people are asked who book for themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a page of red flags asks about, in the order of the pages."""

    NOW = "now"
    NEW = "new"
    LASTING = "lasting"


@dataclass(frozen=True)
class Question:
    """A red flag of the catalogue: its key, and how it is asked."""

    key: str
    words: str


@dataclass(frozen=True)
class QuestionPage:
    """One question, “does one of these fit?”, and what it lists."""

    about: About
    questions: list[Question]

    @property
    def keys(self) -> list[str]:
        """The flags that it asks about."""
        return [question.key for question in self.questions]


def answered_pages(pages: Sequence[QuestionPage], answers: Mapping[str, bool]) -> int:
    """How many pages in a row are answered, flag by flag.

    Which flags a page has may change while somebody is at it: a manager edits an entry, a birthday
    passes. What was not asked then is asked now.
    """
    for number, page in enumerate(pages):
        if not set(page.keys) <= answers.keys():
            return number
    return len(pages)
