"""Dangers that somebody names in a message, in English or Spanish.

It looks for words and understands nothing. It warns before a message is sent, so it errs towards a
warning: "no fever" warns as well, because "no fever, but I cannot feel my legs" must. What it does
not find is read by people anyway. Words are compared without accents, apostrophes and capitals.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

EMERGENCY, SAME_DAY = "emergency", "same_day"


@dataclass(frozen=True)
class Sign:
    """A danger: how soon, what staff and people call it, and the words that name it.

    `flag` is the key of the red flag in the catalogue that means it, "" if there is none.
    `is_crisis`: the crisis line (988) helps here.
    """

    name: str
    urgency: str
    flag: str
    en: str
    es: str
    patterns: tuple[str, ...]
    is_crisis: bool = False


_CANT = r"(?:can ?not|cant|could ?nt|could not|unable to|not able to|no longer|dont|do not)"
_TROUBLE = rf"(?:{_CANT}|trouble|problems?|difficult\w*|hard(?: time)?|struggl\w*)"
_NO = r"no (?:me )?(?:puedo|he podido|pude|logro|aguanto|siento|controlo)"
_URINE = (
    r"(?:pee|peeing|urin\w*|pass water|bladder|bowels?|poop\w*|stools?|orin\w*|pipi|vejiga|"
    r"intestinos?|evacuar|heces|popo|caca|hacer del bano)"
)
_LIMBS = (
    r"(?:legs?|arms?|hands?|foot|feet|knees?|ankles?|piernas?|brazos?|manos?|pies?|pie|rodillas?|"
    r"tobillos?)"
)
_WEAK = (
    r"(?:weak\w*|giv(?:e|es|ing) (?:out|way)|gave (?:out|way)|paraly[sz]\w*|drop foot|foot drop|"
    r"debil\w*|paraliz\w*|no (?:me )?responden?|se (?:me )?doblan?|sin fuerza)"
)
_NUMB = (
    r"(?:numb\w*|tingl\w*|no feeling|no sensation|cant feel|cannot feel|can not feel|adormec\w*|"
    r"entumec\w*|dormid[ao]s?|hormigue\w*|no siento|sin sensibilidad)"
)
_SADDLE = (
    r"(?:between (?:my |the )?(?:legs|thighs)|groin|genital\w*|private parts?|privates|crotch|"
    r"bottom|buttocks?|rectum|anus|entre las piernas|entrepierna|ingles?|partes (?:intimas|"
    r"privadas)|nalgas?|ano|vagina|penis|pene)"
)
_FEVER = r"(?:fever\w*|chills|shivering|fiebre|calentura|escalofrios?|temperature|temperatura)"
_PLACE = (
    r"(?:wound|incision|injection|needle|shot|site|stitches|herida|inyeccion|aguja|piquete|puntos|"
    r"cicatriz)"
)
_ANGRY = (
    r"(?:red|redness|swollen|swelling|pus|ooz\w*|drain\w*|infect\w*|bleed\w*|roj[ao]s?|"
    r"enrojec\w*|hinchad\w*|supura\w*|sangr\w*)"
)


def _near(one: str, other: str, most: int = 40) -> str:
    """Both near each other, in either order."""
    return rf"\b{one}\b.{{0,{most}}}\b{other}\b|\b{other}\b.{{0,{most}}}\b{one}\b"


SIGNS: Mapping[str, Sign] = {
    "self-harm": Sign(
        "Wants to die, or to hurt themselves",
        EMERGENCY,
        "",
        "You wrote that you may want to die or hurt yourself.",
        "Escribió que quizá quiere morir o hacerse daño.",
        (
            r"\bwant(?:ed)? to die\b|\bwish i (?:was|were) dead\b|\bsuicid\w*|\bend (?:it all|my "
            r"life)\b|\b(?:kill|hurt|harm|cut) (?:my ?self)\b|\b\w*no?t want to "
            r"(?:live|be alive)|\bbetter off dead\b|\bno reason to live\b|\bself ?harm\b",
            r"\bquier[oe] morir\w*|\bme quiero morir\b|\bquisiera morir\w*|\bestar muert[oa]\b|"
            r"\bno quiero (?:seguir )?(?:vivir|viviendo)\b|\bmatarme\b|\bme (?:voy a )?mat(?:o|ar)"
            r"\b|\bhacer(?:me)? dano\b|\bme hago dano\b|\bquitarme la vida\b|"
            r"\bacabar con mi vida\b|\blastimarme\b|\bcortarme\b",
        ),
        is_crisis=True,
    ),
    "trouble-breathing": Sign(
        "Trouble breathing",
        EMERGENCY,
        "trouble-breathing",
        "You wrote about trouble breathing.",
        "Escribió sobre dificultad para respirar.",
        (
            rf"\b{_TROUBLE}\b.{{0,20}}\bbreath\w*|\bshort(?:ness)? of breath\b|\bout of breath\b|"
            r"\bchok(?:e|ing)\b",
            rf"\b{_NO} respirar\b|\bdificultad (?:para|al) respirar\b|\bcuesta (?:trabajo )?"
            r"respirar\b|\bfalta (?:de |el |me el )?aire\b|\bme (?:ahogo|asfixio|falta el aire)\b|"
            r"\brespir\w* (?:mal|con dificultad)\b",
        ),
    ),
    "chest-pain": Sign(
        "Chest pain",
        EMERGENCY,
        "chest-or-upper-back-pain",
        "You wrote about pain in the chest.",
        "Escribió sobre dolor en el pecho.",
        (
            _near("chest", r"(?:pains?|hurt\w*|tight\w*|pressure|ach\w*|heavy)"),
            _near("pecho", r"(?:dolor\w*|duel\w*|presion|oprim\w*|apret\w*|opresion)"),
            r"\bheart attack\b|\binfarto\b|\bataque (?:al|del) corazon\b",
        ),
    ),
    "stroke": Sign(
        "Signs of a stroke",
        EMERGENCY,
        "",
        "You wrote about signs of a stroke.",
        "Escribió sobre señales de un derrame cerebral.",
        (
            r"\bstroke\b|\bface (?:is )?droop\w*|\bslurr\w* (?:my )?(?:speech|words)\b|"
            r"\b(?:cant|cannot|can not) (?:speak|talk)\b|\bpassed out\b|\bfainted\b",
            r"\bderrame (?:cerebral)?\b|\bembolia\b|\bcara (?:caida|torcida|chueca)\b|"
            r"\bno puedo hablar\b|\bme desmaye\b",
        ),
    ),
    "bladder-or-bowel": Sign(
        "Cannot hold or pass urine or stool",
        EMERGENCY,
        "bladder-or-bowel-trouble",
        "You wrote about trouble with urine or stool.",
        "Escribió sobre problemas con la orina o las heces.",
        (
            rf"\b{_TROUBLE}\b.{{0,25}}\b{_URINE}\b|\bincontinen\w*|"
            r"\b(?:wet|wetting|soil(?:ed)?|peed?|pooped) (?:on )?(?:my ?self|the bed|my pants)\b|"
            rf"\b(?:lost|losing|lose|no) control\b.{{0,20}}\b{_URINE}\b|\b{_URINE} (?:leak\w*)",
            rf"\b(?:{_NO}|dificultad\w*|problemas?)\b.{{0,20}}\b{_URINE}\b|"
            r"\bme (?:orino|orine|hago|hice|hago pipi) (?:encima|en la cama|en los pantalones)\b|"
            r"\bse me (?:sale|escapa|salio) (?:la |el )?(?:orina|pipi|popo|caca)\b|"
            rf"\b(?:perdi|pierdo|sin) (?:el )?control\b.{{0,20}}\b{_URINE}\b",
        ),
    ),
    "saddle-numbness": Sign(
        "Numb between the legs",
        EMERGENCY,
        "saddle-numbness",
        "You wrote about numbness between the legs.",
        "Escribió sobre adormecimiento entre las piernas.",
        (_near(_NUMB, _SADDLE),),
    ),
    "weakness": Sign(
        "Weakness of an arm or leg",
        EMERGENCY,
        "limb-weakness",
        "You wrote about weakness in an arm or leg.",
        "Escribió sobre debilidad en un brazo o una pierna.",
        (
            _near(_LIMBS, _WEAK),
            r"\b(?:new|sudden|suddenly|more|getting) weak\w*|\bweakness\b|\bdebilidad\b",
            r"\b(?:can ?not|cant|unable to|not able to)\b.{0,15}\b(?:walk|stand|move|lift|feel)\b"
            rf".{{0,20}}\b{_LIMBS}\b|\b(?:can ?not|cant) (?:walk|stand up)\b",
            rf"\bno (?:puedo|logro) (?:mover|levantar|sentir)\b.{{0,20}}\b{_LIMBS}\b|"
            rf"\bno siento (?:la|el|las|los|mi|mis) {_LIMBS}\b|\bno puedo (?:caminar|pararme|"
            r"ponerme de pie)\b",
        ),
    ),
    "severe-headache": Sign(
        "Very bad headache",
        SAME_DAY,
        "severe-headache",
        "You wrote about a very bad headache.",
        "Escribió sobre un dolor de cabeza muy fuerte.",
        (
            _near(
                r"(?:head ?aches?|dolor de cabeza|migraine|migrana)",
                r"(?:worst|terribl[ey]|severe|awful|horribl[ey]|unbearable|splitting|very bad|"
                r"really bad|so bad|stiff neck|peor|muy fuerte|fuertisimo|insoportable|intenso|"
                r"cuello (?:rigido|tieso))",
            ),
        ),
    ),
    "fever": Sign(
        "Fever or chills",
        SAME_DAY,
        "fever",
        "You wrote about fever or chills.",
        "Escribió sobre fiebre o escalofríos.",
        (
            rf"\b{_FEVER}\b",
            r"\b10[1-6](?: \d)? ?(?:f|degrees|grados)\b|\b(?:3[89]|4[01])(?: \d)? ?(?:c|degrees|"
            r"grados)\b",
        ),
    ),
    "wound": Sign(
        "Trouble where the needle or knife was",
        SAME_DAY,
        "wound-trouble",
        "You wrote about trouble with a wound.",
        "Escribió sobre problemas con una herida.",
        (_near(_PLACE, _ANGRY), r"\bpus\b"),
    ),
}
_PATTERNS = {
    key: re.compile("|".join(f"(?:{pattern})" for pattern in sign.patterns))
    for key, sign in SIGNS.items()
}


def signs_in(text: str) -> list[str]:
    """The keys of the dangers that it names, what can wait least first."""
    plain = _plain(text)
    return [key for key, pattern in _PATTERNS.items() if pattern.search(plain)]


def urgency_of(signs: list[str]) -> str:
    """How soon somebody must act: `EMERGENCY`, `SAME_DAY`, or "" without a sign."""
    soon = {SIGNS[key].urgency for key in signs if key in SIGNS}
    return EMERGENCY if EMERGENCY in soon else next(iter(soon), "")


def _plain(text: str) -> str:
    """Lower case, no accents and apostrophes; everything else that is no letter is a space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    kept = re.sub(r"['’`´ʼ]", "", kept)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kept).split())
