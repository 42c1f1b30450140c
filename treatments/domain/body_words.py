"""The parts of the body in Spanish, as they are said to somebody who points at a drawing."""

from collections.abc import Mapping

from treatments.domain.body import BY_KEY

# The noun, and right and left as they agree with it.
_HE, _SHE = ("derecho", "izquierdo"), ("derecha", "izquierda")
_NOUNS: Mapping[str, tuple[str, tuple[str, str]]] = {
    "shoulder": ("Hombro", _HE),
    "upper-arm": ("Brazo", _HE),
    "elbow": ("Codo", _HE),
    "forearm": ("Antebrazo", _HE),
    "hand": ("Mano", _SHE),
    "thigh": ("Muslo", _HE),
    "knee": ("Rodilla", _SHE),
    "lower-leg": ("Pierna", _SHE),
    "foot": ("Pie", _HE),
    "chest": ("Pecho", _HE),
    "belly": ("Vientre", _HE),
    "hip": ("Cadera e ingle", _SHE),
    "upper-back": ("Espalda alta", _SHE),
    "mid-back": ("Espalda media", _SHE),
    "low-back": ("Espalda baja", _SHE),
    "buttock": ("Glúteo", _HE),
}
_MIDDLE: Mapping[str, str] = {
    "front-head": "Cara y cabeza",
    "front-neck": "Cuello",
    "back-head": "Cabeza",
    "back-neck": "Nuca",
}
_VIEWS: Mapping[str, str] = {"front": "por delante", "back": "por detrás"}


def label_in(key: str, language: str) -> str:
    """What a part is called in a language ("en" or "es")."""
    if language != "es":
        return BY_KEY[key].label
    view, _dash, rest = key.partition("-")
    if key in _MIDDLE:
        return f"{_MIDDLE[key]}, {_VIEWS[view]}"
    name, _dash, side = rest.rpartition("-")
    noun, (right, left) = _NOUNS[name]
    return f"{noun} {right if side == 'right' else left}, {_VIEWS[view]}"
