"""What somebody at home has typed into a page that was open for too long: kept until they are back.

It waits in the session, which begins anew when one is signed out and goes along when one signs in,
for one page about one record; it is shown once, and only to whoever may open that record.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

LASTS: Final = timedelta(minutes=30)
# Letters and numbers; longer than anything that is taken in a form at home.
MOST: Final = 60_000
_KEY: Final = "kept_form"
# Made anew with each page.
_OF_THE_PAGE: Final = {"csrfmiddlewaretoken", "once"}
# What people type has spaces in it; ids, dates and choices have none.
_WORDS: Final = re.compile(r"\S\s+\S")


@dataclass(frozen=True)
class KeptForm:
    """A form that was sent and not taken: its address, its fields in their order, and a file."""

    path: str
    fields: list[tuple[str, str]]
    had_file: bool

    @property
    def words(self) -> list[str]:
        """What is shown of it: sentences, and nothing that only programs read."""
        return [value for _name, value in self.fields if _WORDS.search(value)]


def keep_form(request: HttpRequest, *, now: datetime) -> None:
    """Keep what was sent, if it is no more than a person types."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _OF_THE_PAGE and isinstance(value, str)
    ]
    if sum(len(name) + len(value) for name, value in fields) > MOST:
        return
    request.session[_KEY] = {
        "path": request.path,
        "fields": fields,
        "had_file": bool(request.FILES),
        "until": (now + LASTS).timestamp(),
    }


def take_kept(request: HttpRequest, *, under: str, now: datetime) -> KeptForm | None:
    """What is kept for an address below `under`; it is kept no more after that."""
    kept = request.session.get(_KEY)
    if not kept or not kept["path"].startswith(under):
        return None
    del request.session[_KEY]
    if kept["until"] <= now.timestamp():
        return None
    fields = [(name, value) for name, value in kept["fields"]]
    return KeptForm(kept["path"], fields, kept["had_file"])
