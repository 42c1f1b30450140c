"""The body as it is drawn for a pain map: named parts, seen from the front and from the back.

Boxes are in the units of a drawing that is 200 wide and 420 high. Sides are the person's own: seen
from the front, their right is on the left of the drawing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH, HEIGHT = 200, 420
QUALITIES: tuple[tuple[str, str], ...] = (
    ("aching", "Aching"),
    ("burning", "Burning"),
    ("shooting", "Shooting"),
    ("stabbing", "Stabbing"),
    ("electric", "Electric"),
    ("tingling", "Tingling"),
    ("numb", "Numb"),
    ("cramping", "Cramping"),
    ("throbbing", "Throbbing"),
    ("stiff", "Stiff"),
)


@dataclass(frozen=True)
class Part:
    """One part of the body; `round` is the radius of its corners."""

    key: str
    label: str
    view: str
    x: int
    y: int
    width: int
    height: int
    round: int = 7


# key, words, box on the left of the drawing (x, y, width, height), corner
_PAIRED = (
    ("shoulder", "shoulder", (48, 66, 27, 30), 12),
    ("upper-arm", "upper arm", (42, 98, 24, 52), 9),
    ("elbow", "elbow", (38, 152, 24, 26), 10),
    ("forearm", "forearm", (32, 180, 24, 46), 9),
    ("hand", "hand", (25, 228, 26, 32), 11),
    ("thigh", "thigh", (67, 232, 32, 60), 10),
    ("knee", "knee", (68, 294, 29, 26), 10),
    ("lower-leg", "lower leg", (69, 322, 27, 58), 10),
    ("foot", "foot", (62, 382, 34, 26), 11),
)
_FRONT = (
    ("chest", "chest", (77, 66, 22, 54), 7),
    ("belly", "belly", (77, 122, 22, 52), 7),
    ("hip", "hip and groin", (70, 176, 29, 54), 9),
)
_BACK = (
    ("upper-back", "upper back", (77, 66, 22, 42), 7),
    ("mid-back", "middle back", (77, 110, 22, 36), 7),
    ("low-back", "low back", (77, 148, 22, 34), 7),
    ("buttock", "buttock", (70, 184, 29, 46), 11),
)
_MIDDLE = {
    "front": (
        ("head", "Face and head", (78, 6, 44, 44), 22),
        ("neck", "Neck", (87, 48, 26, 24), 6),
    ),
    "back": (
        ("head", "Back of the head", (78, 6, 44, 40), 22),
        ("neck", "Neck", (87, 44, 26, 24), 6),
    ),
}
_WORDS = {"front": "front", "back": "back"}


def _drawn(view: str) -> Iterator[Part]:
    for key, words, (x, y, width, height), corner in _MIDDLE[view]:
        yield Part(f"{view}-{key}", f"{words}, {_WORDS[view]}", view, x, y, width, height, corner)
    own = _FRONT if view == "front" else _BACK
    for key, words, (x, y, width, height), corner in (*own, *_PAIRED):
        # The left half of the drawing is the person's right when we face them.
        near, far = ("right", "left") if view == "front" else ("left", "right")
        for side, left in ((near, x), (far, WIDTH - x - width)):
            label = f"{side.capitalize()} {words}, {_WORDS[view]}"
            yield Part(f"{view}-{key}-{side}", label, view, left, y, width, height, corner)


PARTS: tuple[Part, ...] = (*_drawn("front"), *_drawn("back"))
BY_KEY = {part.key: part for part in PARTS}
