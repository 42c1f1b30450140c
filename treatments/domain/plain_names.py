"""What patients call what was done for them: our own words, in both languages."""

from collections.abc import Mapping

_PLACES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "cervical": "your neck",
        "thoracic": "your upper back",
        "lumbar": "your lower back",
        "sacral": "your lower back",
        "": "your back",
    },
    "es": {
        "cervical": "el cuello",
        "thoracic": "la parte alta de la espalda",
        "lumbar": "la parte baja de la espalda",
        "sacral": "la parte baja de la espalda",
        "": "la espalda",
    },
}
_SHOT = {"en": "Shot in {place}", "es": "Inyección en {place}"}
_TEST = {"en": "Numbing test in {place}", "es": "Prueba con anestesia en {place}"}
_CEMENT = {"en": "Bone cement in {place}", "es": "Cemento en un hueso de {place}"}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "epidural-steroid-injection": _SHOT,
    "facet-injection": _SHOT,
    "sacroiliac-joint-injection": {
        "en": "Shot in the joint by your hip bone",
        "es": "Inyección en la articulación junto a la cadera",
    },
    "medial-branch-block": _TEST,
    "selective-nerve-block": _TEST,
    "intra-articular-infiltration": {
        "en": "Shot in a joint",
        "es": "Inyección en una articulación",
    },
    "trigger-point-injection": {
        "en": "Shot in a tight muscle",
        "es": "Inyección en un músculo tenso",
    },
    "sympathetic-block": {
        "en": "Numbing shot beside your spine",
        "es": "Inyección con anestesia junto a la columna",
    },
    "peripheral-nerve-block": {
        "en": "Numbing shot at a nerve",
        "es": "Inyección con anestesia en un nervio",
    },
    "radiofrequency-ablation": {
        "en": "Heat treatment of nerves in {place}",
        "es": "Tratamiento con calor de los nervios en {place}",
    },
    "vertebroplasty": _CEMENT,
    "kyphoplasty": _CEMENT,
    "discography": {"en": "Disc test in {place}", "es": "Prueba de discos en {place}"},
}
_BEGAN = {"en": "Started: {name}", "es": "Empezó: {name}"}
_STOPPED = {"en": "{name} (not finished)", "es": "{name} (sin terminar)"}


def spoken(language: str) -> str:
    """The language that we have words in: the asked one, or English."""
    return "es" if language.startswith("es") else "en"


def said_in(language: str, english: str, spanish: str) -> str:
    """Whichever of the two is in their language; English where there is no Spanish."""
    return (spoken(language) == "es" and spanish) or english


def plain_name(language: str, key: str, region: str, proper: str) -> str:
    """What was done, as one says it at home; `proper` is its name where we have no other words."""
    tongue = spoken(language)
    words = _NAMES.get(key)
    if words is None:
        return proper
    places = _PLACES[tongue]
    return words[tongue].format(place=places.get(region, places[""]))


def has_plain_name(key: str) -> bool:
    """Whether we say it in other words than its name."""
    return key in _NAMES


def began(language: str, name: str) -> str:
    """That something was begun."""
    return _BEGAN[spoken(language)].format(name=name)


def not_finished(language: str, name: str) -> str:
    """That something was stopped before it was done."""
    return _STOPPED[spoken(language)].format(name=name)
