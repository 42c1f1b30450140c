"""Sentences for people who book for themselves: kind, short, and nothing that frightens."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.shared.errors import DomainError, Invalid
from scheduling.domain.emptiness import Reason
from treatments.actions.limits import NotAllowedByRules

# Why a visit has to wait, by the kind of the rule.
_DELAYS: Mapping[str, Any] = {
    "interval": gettext_lazy(
        "Your body needs a pause between two of these visits. It keeps you safe."
    ),
    "frequency_cap": gettext_lazy("There is a limit to how many of these visits fit in a year."),
    "dose_cap": gettext_lazy("Your body needs time before it gets this medicine again."),
    "drug_hold": gettext_lazy("We first need to look at the medicines you take."),
    "prerequisite": gettext_lazy("Something else has to be done before this visit."),
    "monitoring": gettext_lazy("We need a test result before this visit."),
    "response": gettext_lazy("We first want to hear how much the last one helped you."),
    "documentation": gettext_lazy("We still need a paper for this visit."),
}
_SOME_DELAY = gettext_lazy("We first want to talk with you about this visit.")

_NOTHING: Mapping[Reason, Any] = {
    Reason.TOO_SOON: gettext_lazy("It is too late to book this for today."),
    Reason.TOO_FAR: gettext_lazy("These days cannot be booked yet."),
    Reason.CLOSED: gettext_lazy("The clinic is closed on these days."),
    Reason.NONE_HERE: gettext_lazy("We do not offer this visit here right now."),
    Reason.AWAY: gettext_lazy("Nobody who does this works on these days."),
    Reason.FULL: gettext_lazy("All times are taken."),
    Reason.NO_GAP: gettext_lazy("No free time is long enough for this visit."),
    Reason.PATIENT_BUSY: gettext_lazy("You have another visit at the times that are free."),
    Reason.NOT_AT_THAT_HOUR: gettext_lazy("There are free times, but not at this time of day."),
    Reason.NOT_BY_RULES: gettext_lazy("This visit has to wait a little longer."),
}
_NO_TIME = gettext_lazy("There is no free time right now.")

_REFUSALS: Mapping[str, Any] = {
    "slot_taken": gettext_lazy(
        "That time was just taken. Nothing is lost. These times are free now."
    ),
    "place_gone": gettext_lazy("That time is not possible any more. These times are free now."),
    "patient_busy": gettext_lazy(
        "You have another visit, or another time is kept for you then. Please choose another time."
    ),
    "hold_gone": gettext_lazy(
        "We kept your time for 10 minutes. They are over. Please choose a time again."
    ),
    "already_waiting": gettext_lazy("You are on the waitlist for this visit already."),
    "offer_over": gettext_lazy("This time is not kept for you any more."),
    "busy": gettext_lazy("Many people booked at once. Please try again."),
}


def why_wait(kinds: Iterable[str]) -> list[str]:
    """Why a visit has to wait, each reason once."""
    said = dict.fromkeys(str(_DELAYS.get(kind, _SOME_DELAY)) for kind in sorted(kinds))
    return list(said) or [str(_SOME_DELAY)]


def why_nothing(reason: Reason | None) -> str:
    """Why there is no time at all."""
    return str(_NOTHING.get(reason, _NO_TIME) if reason else _NO_TIME)


def time_refused(error: DomainError) -> str:
    """Why a time could not be taken; what no button says is answered alike, whatever is wrong."""
    return _("Choose one of the times.") if isinstance(error, Invalid) else refused(error)


def refused(error: DomainError | None) -> str:
    """A refusal in words for the person: what the desk would read is not for them."""
    if error is None:
        return ""
    if isinstance(error, NotAllowedByRules):
        return _("This visit has to wait a little longer. Choose a later day, or call us.")
    if error.code in _REFUSALS:
        return str(_REFUSALS[error.code])
    return _(error.sentence)
