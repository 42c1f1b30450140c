"""What somebody typed to find a person, taken apart.

The desk types what the caller says: part of a name, a birth date in whatever order of digits, the
end of a phone number, a record number, or several of these together.
"""

import re
from dataclasses import dataclass
from datetime import date

MONTHS = {
    # English, and Spanish where it differs.
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
}

_ISO = re.compile(r"\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b")
_US = re.compile(r"\b(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b")
_DAY_FIRST = re.compile(r"\b(?P<d>\d{1,2})\.?\s+(?P<month>[a-z]{3,9})\.?,?\s+(?P<y>\d{4})\b", re.I)
_MONTH_FIRST = re.compile(
    r"\b(?P<month>[a-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})\b", re.I
)
_COMPACT = re.compile(r"^(?P<m>\d{2})(?P<d>\d{2})(?P<y>\d{4}|\d{2})$")
_WRITTEN = (_ISO, _US, _DAY_FIRST, _MONTH_FIRST)
# A run of digits with the signs that people put between them in phone and record numbers; digits
# that touch a letter or another sign belong to a name.
_NUMBER = re.compile(r"(?<![^\s+#(])[+#(]{0,2}\d[\d\s().-]*(?![^\s])")

FEWEST_DIGITS = 3


@dataclass(frozen=True)
class SearchTerms:
    """All of `names`, `birth_date` and `digits` must match, as far as they are there.

    `digits` is the end of a phone number, or a record number, or (`compact_date`) a birth date
    typed without separators: any one of the three is a match.
    """

    names: tuple[str, ...] = ()
    birth_date: date | None = None
    digits: str = ""
    compact_date: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not (self.names or self.birth_date or self.digits)


def parse_terms(text: str, *, today: date) -> SearchTerms:
    """Take apart what was typed. A two-digit year is the last one that is not in the future."""
    birth_date, rest = _take_date(text, today)
    digits, rest = _take_number(rest)
    compact = _COMPACT.match(digits)
    return SearchTerms(
        names=tuple(word for word in re.split(r"[\s,;]+", rest) if word),
        birth_date=birth_date,
        digits=digits,
        compact_date=_as_date(compact, today) if compact else None,
    )


def _take_date(text: str, today: date) -> tuple[date | None, str]:
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            found = _as_date(match, today)
            if found:
                return found, text[: match.start()] + " " + text[match.end() :]
    return None, text


def _take_number(text: str) -> tuple[str, str]:
    match = _NUMBER.search(text)
    if match is None:
        return "", text
    digits = re.sub(r"\D", "", match.group())
    if len(digits) < FEWEST_DIGITS:
        return "", text
    return digits, text[: match.start()] + " " + text[match.end() :]


def _as_date(match: re.Match[str], today: date) -> date | None:
    part = match.groupdict()
    month = int(part["m"]) if part.get("m") else MONTHS.get(part["month"][:3].lower(), 0)
    year = int(part["y"])
    if len(part["y"]) == 2:
        century = today.year // 100 * 100
        year += century if century + year <= today.year else century - 100
    day = int(part["d"])
    # American order first; 14/3/1962 can only have been meant the other way round.
    if month > 12 >= day:
        month, day = day, month
    try:
        return date(year, month, day)
    except ValueError:
        return None
