"""The headings of the pages behind the links in messages, by the state of the visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Heading:
    """The title of a page and the sentence below it, which may be empty."""

    title: Any
    sentence: Any = ""


HEADINGS: Mapping[str, Heading] = {
    "asked": Heading(_("Will you come?")),
    "confirmed": Heading(_("We expect you"), _("Thank you for telling us that you come.")),
    "confirm": Heading(_("We expect you"), _("Thank you for telling us that you come.")),
    "move": Heading(
        _("Your visit is at another time now"), _("We are sending you a confirmation.")
    ),
    "moved": Heading(
        _("Your visit is at another time now"),
        _("The time in the message that you opened no longer counts."),
    ),
    "cancelled": Heading(
        _("This visit is cancelled"),
        _("To choose another time, call us. You are welcome any time."),
    ),
    "missed": Heading(
        _("Choose a new time"), _("We did not see you at your last visit, and hope you are well.")
    ),
    "booked_again": Heading(_("Your new visit is booked"), _("We are sending you a confirmation.")),
    "came": Heading(
        _("This link is not needed any more"), _("Call us if there is something we can do for you.")
    ),
    "over": Heading(_("Your visit has begun"), _("You can close this page.")),
    "gone": Heading(
        _("This link does not work any more"),
        _(
            "The visit has passed, or the address is incomplete. Open our newest message, or call "
            "us. We are glad to help."
        ),
    ),
}
