"""What a person is told to do after a procedure: our own words, to start from, by protocol."""

from collections.abc import Mapping

_INJECTION = (
    "Rest today. Do not drive until tomorrow if you were given a sedative or your legs feel weak. "
    "You may shower; do not bathe or swim for two days. It may hurt more for a day or two: put "
    "something cold on it. Call us at once for fever, a bad headache, new weakness or numbness, or "
    "trouble holding urine or stool."
)
_TEXTS: Mapping[str, str] = {
    "epidural": _INJECTION
    + " If you have diabetes, measure your sugar more often for a week: the steroid may raise it.",
    "medial-branch-block": "Do today what usually hurts, with care. Write your pain from 0 to 10 "
    "into the diary at half an hour and at 1, 2, 4, 6 and 8 hours. " + _INJECTION,
    "radiofrequency": _INJECTION
    + " Soreness like a sunburn may last two weeks. Relief comes in three to six weeks.",
    "vertebral-augmentation": "Lie flat for two hours. Walk today, with help. Lift nothing heavy "
    "for six weeks. Call us at once for trouble breathing, chest pain, fever, new weakness or "
    "numbness. We will ask about your bones: osteoporosis needs treatment too.",
}


_INJECTION_ES = (
    "Descanse hoy. No maneje hasta mañana si le dieron un sedante o siente las piernas débiles. "
    "Puede ducharse; no se bañe en tina ni nade durante dos días. Puede doler más uno o dos días: "
    "ponga algo frío. Llámenos de inmediato si tiene fiebre, un dolor de cabeza fuerte, debilidad "
    "o adormecimiento nuevos, o problemas para aguantar la orina o las heces."
)
_TEXTS_ES: Mapping[str, str] = {
    "epidural": _INJECTION_ES
    + " Si tiene diabetes, mida su azúcar más seguido durante una semana: el esteroide puede "
    "subirla.",
    "medial-branch-block": "Haga hoy, con cuidado, lo que suele doler. Anote su dolor de 0 a 10 en "
    "el diario a la media hora y a las 1, 2, 4, 6 y 8 horas. " + _INJECTION_ES,
    "radiofrequency": _INJECTION_ES
    + " Un dolor como de quemadura de sol puede durar dos semanas. El alivio llega en tres a seis "
    "semanas.",
    "vertebral-augmentation": "Quédese acostado dos horas. Camine hoy, con ayuda. No levante nada "
    "pesado durante seis semanas. Llámenos de inmediato si le cuesta respirar, le duele el pecho, "
    "tiene fiebre, o debilidad o adormecimiento nuevos. También le preguntaremos por sus huesos: "
    "la osteoporosis necesita tratamiento.",
}


def aftercare_for(protocol: str) -> str:
    """The text to start from."""
    return _TEXTS.get(protocol, _INJECTION)


def aftercare_in(language: str, text: str, protocol: str) -> str:
    """What somebody is told, in their language where it is still our own text.

    What a clinician wrote themselves is sent as it was written.
    """
    if language == "es" and text.strip() == aftercare_for(protocol):
        return _TEXTS_ES.get(protocol, _INJECTION_ES)
    return text
