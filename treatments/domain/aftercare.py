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


def aftercare_for(protocol: str) -> str:
    """The text to start from."""
    return _TEXTS.get(protocol, _INJECTION)
