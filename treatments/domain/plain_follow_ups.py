"""Which follow-ups the desk works, and in which words: none of them is clinical.

The desk calls people and books them. What it is shown says what to do and for whom, never what was
done before or why it is due.
"""

from collections.abc import Mapping
from typing import Protocol

WORKING, CALLING = "treatments.work_follow_ups", "treatments.call_people"
# What the desk does of the work of others, and the word for it.
PLAIN_WORDS: Mapping[str, str] = {
    "call": "Call: how are they?",
    "questionnaire": "Questions to answer",
    "visit": "Follow-up visit to book",
}
# Whose rows of those kinds the desk may do.
SHARED_ROLES = ("nurse", "physician")
# Of the calls only the one that asks the questions of the red flags: other calls want a nurse.
SHARED_CALL = "safety-call"
DESK_ROLE = "front_desk"


class Asker(Protocol):
    """Somebody who holds permissions."""

    def has_perm(self, permission: str) -> bool:
        """Whether they hold it."""


def is_plain(kind: str, owner_role: str, step: str) -> bool:
    """Whether a follow-up is work of the desk."""
    if owner_role == DESK_ROLE:
        return True
    if owner_role not in SHARED_ROLES or kind not in PLAIN_WORDS:
        return False
    return kind != "call" or step == SHARED_CALL


def may_work(asker: Asker, kind: str, owner_role: str, step: str) -> bool:
    """Whether somebody may say what became of a follow-up."""
    if asker.has_perm(WORKING):
        return True
    return asker.has_perm(CALLING) and is_plain(kind, owner_role, step)


def plain_title(kind: str, owner_role: str, title: str) -> str:
    """What the desk reads; what is its own is written in plain words from the start."""
    return title if owner_role == DESK_ROLE else PLAIN_WORDS[kind]
