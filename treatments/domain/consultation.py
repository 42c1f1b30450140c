"""What a consultation holds, piece by piece.

Columns of a consultation are turned into pieces, each a short text under a name, and back: the
form, autosave, merging what two people wrote, and the difference of versions all speak of pieces.
"" and absence mean the same: nothing was said.

Names: `text-plan`, `flag-KEY`, `exam-TABLE-ROW-COLUMN`, `pain-0-at-PART`, `pain-0-is-QUALITY`,
`pain-0-now`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.domain import examination
from treatments.domain.body import BY_KEY, PARTS, QUALITIES
from treatments.domain.examination import FreeText, Number, Tick, Words

Pieces = dict[str, str]

TEXTS: Mapping[str, str] = {
    "reason": "Reason",
    "history": "History",
    "onset": "Onset",
    "progression": "Course so far",
    "relieved_by": "What helps, what makes it worse",
    "previous_treatment": "Treated before with",
    "red_flags_note": "About the red flags",
    "assessment": "Assessment",
    "plan": "Plan",
    "patient_instructions": "Instructions for the person",
}
# The columns that are taken apart into pieces.
COLUMNS = (*TEXTS, "red_flags", "examination", "pain_map")
# A person may have an ache and something that shoots: each pain has its own map.
PAINS = 2
PAIN_NUMBERS: Mapping[str, str] = {"now": "now", "worst": "worst this week", "average": "average"}
_NRS = Number(0, 10)
_ANSWER = Words((("no", "No"), ("yes", "Yes")))
_QUALITY = dict(QUALITIES)
_FLAG = re.compile(r"flag-([-a-z0-9_]{1,60})")
_PAIN = re.compile(rf"pain-([0-{PAINS - 1}])-(?:(at|is)-([-a-z]+)|({'|'.join(PAIN_NUMBERS)}))")
# Which texts each template asks for.
HISTORY: Mapping[str, tuple[str, ...]] = {
    "new": ("history", "onset", "progression", "relieved_by", "previous_treatment"),
    "follow_up": ("history", "progression", "relieved_by"),
}
# What a follow-up may take over from the last time: what the person has, never what was found.
TAKEN_OVER = ("reason",)
WHAT_TO_DO: Mapping[str, str] = {
    "emergency": "Emergency: send them to an emergency department now, by ambulance if they cannot "
    "walk or feel faint. Do not treat on here. Write down whom you told, and when.",
    "same_day": "Must be settled today: examine, order what is needed as urgent, and speak to the "
    "specialist on call before they leave.",
    "urgent": "Order the tests now and see them again within days. No injection until it is clear.",
    "routine": "Keep it in mind; ask again at the next visit.",
}


@dataclass(frozen=True)
class Difference:
    """One piece that two versions do not share, as it is read aloud."""

    label: str
    before: str
    after: str


def names(flags: Iterable[str]) -> list[str]:
    """Every piece there can be, in the order of the page; `flags` are keys of red flags."""
    return [
        *(f"text-{name}" for name in TEXTS),
        *(f"flag-{key}" for key in flags),
        *examination.CELLS,
        *(name for number in range(PAINS) for name in pain_names(number)),
    ]


def pain_names(number: int) -> list[str]:
    """The pieces of one pain."""
    return [
        *(f"pain-{number}-{name}" for name in PAIN_NUMBERS),
        *(f"pain-{number}-is-{key}" for key, _ in QUALITIES),
        *(f"pain-{number}-at-{part.key}" for part in PARTS),
    ]


def read_piece(name: str, text: str) -> str:
    """What was sent, as it is kept; "" stays "".

    Raises `examination.Nonsense`, and `KeyError` if there is no such piece.
    """
    text = text.strip()
    if not text:
        return ""
    if name in examination.CELLS:
        return examination.read_cell(name, text)
    if name.startswith("text-") and name.removeprefix("text-") in TEXTS:
        return FreeText().read(text)
    if _FLAG.fullmatch(name):
        return _ANSWER.read(text)
    found = _PAIN.fullmatch(name)
    if not found or not _is_known(found[2], found[3]):
        raise KeyError(name)
    return str(_NRS.read(text)) if found[4] else Tick().read(text)


def _is_known(what: str | None, key: str) -> bool:
    return what is None or key in (BY_KEY if what == "at" else _QUALITY)


def pieces_of(row: Any) -> Pieces:
    """The pieces of a consultation, or of a version of one."""
    return take_apart({name: getattr(row, name) for name in COLUMNS})


def take_apart(columns: Mapping[str, Any]) -> Pieces:
    """The pieces of a consultation's columns; absent means nothing was said."""
    pieces = {f"text-{name}": columns.get(name, "") for name in TEXTS}
    pieces |= {f"flag-{key}": answer for key, answer in columns.get("red_flags", {}).items()}
    pieces |= examination.flatten(columns.get("examination", {}))
    for number, pain in enumerate(columns.get("pain_map", [])[:PAINS]):
        pieces |= {f"pain-{number}-at-{key}": "yes" for key in pain.get("parts", ())}
        pieces |= {f"pain-{number}-is-{key}": "yes" for key in pain.get("qualities", ())}
        pieces |= {
            f"pain-{number}-{name}": str(pain[name])
            for name in PAIN_NUMBERS
            if pain.get(name) is not None
        }
    return {name: text for name, text in pieces.items() if text}


def put_together(pieces: Mapping[str, str]) -> dict[str, Any]:
    """The columns that have these pieces; the inverse of `take_apart`.

    Raises `examination.Nonsense`.
    """
    flags = {name[5:]: text for name, text in pieces.items() if text and _FLAG.fullmatch(name)}
    pains = [_pain(number, pieces) for number in range(PAINS)]
    while pains and not pains[-1]:
        pains.pop()
    return {
        **{name: pieces.get(f"text-{name}", "") for name in TEXTS},
        "red_flags": dict(sorted(flags.items())),
        "examination": examination.nest(pieces),
        "pain_map": pains,
    }


def _pain(number: int, pieces: Mapping[str, str]) -> dict[str, Any]:
    pain: dict[str, Any] = {}
    start = f"pain-{number}"
    if parts := [part.key for part in PARTS if pieces.get(f"{start}-at-{part.key}")]:
        pain["parts"] = parts
    if qualities := [key for key, _ in QUALITIES if pieces.get(f"{start}-is-{key}")]:
        pain["qualities"] = qualities
    for name in PAIN_NUMBERS:
        if text := pieces.get(f"{start}-{name}"):
            pain[name] = _NRS.read(text)
    return pain


def label_of(name: str, flags: Mapping[str, str]) -> str:
    """A piece as it is read aloud; `flags` are the names of red flags by key."""
    if name in examination.CELLS:
        return examination.cell_label(name)
    if name.startswith("text-"):
        return TEXTS.get(name[5:], name)
    if name.startswith("flag-"):
        return flags.get(name[5:], name[5:])
    found = _PAIN.fullmatch(name)
    if not found:
        return name
    pain = "Pain" if found[1] == "0" else "Second pain"
    if found[4]:
        return f"{pain}, {PAIN_NUMBERS[found[4]]}"
    return f"{pain}: {BY_KEY[found[3]].label if found[2] == 'at' else _QUALITY[found[3]].lower()}"


def value_of(name: str, text: str) -> str:
    """The value of a piece as it is read aloud."""
    if not text:
        return "–"
    if name in examination.CELLS:
        return examination.cell_value(name, text)
    return {"yes": "Yes", "no": "No"}.get(text, text) if not name.startswith("text-") else text


def differences(
    before: Mapping[str, str], after: Mapping[str, str], flags: Mapping[str, str]
) -> list[Difference]:
    """What two versions do not share, in the order of the page."""
    known = {name: place for place, name in enumerate(names(flags))}
    changed = {n for n in {*before, *after} if before.get(n, "") != after.get(n, "")}
    return [
        Difference(
            label_of(name, flags),
            value_of(name, before.get(name, "")),
            value_of(name, after.get(name, "")),
        )
        for name in sorted(changed, key=lambda name: (known.get(name, len(known)), name))
    ]


def complaints(pieces: Mapping[str, str]) -> list[str]:
    """What keeps a consultation from being signed: what is missing, and what contradicts itself."""
    said = []
    if not pieces.get("text-reason"):
        said.append("Say why they came.")
    if not (pieces.get("text-assessment") or pieces.get("text-plan")):
        said.append("Write an assessment or a plan.")
    for number in range(PAINS):
        pain = {name: pieces.get(f"pain-{number}-{name}", "") for name in PAIN_NUMBERS}
        for name in ("now", "average"):
            if pain[name] and pain["worst"] and int(pain[name]) > int(pain["worst"]):
                words = PAIN_NUMBERS[name]
                said.append(
                    f"Pain {words} ({pain[name]}) is more than the worst ({pain['worst']})."
                )
    return said
