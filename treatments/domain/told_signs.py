"""Red flags that somebody names in their own words: a text message, a line under the questions.

It looks for words, in English and Spanish, and understands nothing. So it errs towards an alarm: a
clinician who reads one too many loses a minute. Whatever it does not find is read by people anyway.
"""

import re
import unicodedata

_CANT = r"(?:can ?t|cannot|can not|could ?n ?t|could not|unable to|not able to)"
_CANNOT = (
    rf"(?:{_CANT}|have ?n ?t|have not|trouble|problems?|difficulty|hard(?: time)?(?: to)?|"
    r"struggl\w*)"
)
_NO_PUEDO = r"no (?:me )?(?:puedo|he podido|pude|logro|siento)"
_LIMB = r"(?:legs?|arms?|hands?|foot|feet|knees?|piernas?|brazos?|manos?|pies?|rodillas?)"
_LEGS = r"(?:both (?:of )?(?:my )?legs|(?:my |the )?legs|(?:las )?(?:dos |ambas )?piernas)"
_WEAK = (
    r"(?:weak\w*|giv(?:e|es|ing) (?:out|way)|gave (?:out|way)|paraly[sz]\w*|lifeless|useless|"
    r"debil\w*|paraliza\w*|no (?:me )?responden?|se (?:me )?doblan?)"
)
_NUMB = r"(?:numb\w*|tingl\w*|adormec\w*|entumec\w*|dormid[ao]s?|hormigue\w*)"
_SADDLE = (
    r"(?:groin|genital\w*|private parts?|privates|crotch|saddle|rectum|anus|bottom|buttocks?|"
    r"between (?:my |the )?(?:legs|thighs)|entre las piernas|entrepierna|ingles?|ano|nalgas?|"
    r"partes (?:intimas|privadas)|vagina|penis|pene)"
)
_URINE = (
    r"(?:pee|peeing|urin\w*|pass water|bladder|bowels?|poop\w*|stool|orin\w*|pipi|vejiga|intestino|"
    r"evacuar|hacer del bano|popo)"
)
_BAD = (
    r"(?:worst|terribl[ey]|severe|awful|horribl[ey]|unbearable|excruciating|splitting|"
    r"(?:very|really|so) (?:bad|strong)|peor|muy fuerte|fuertisimo|insoportable|intenso)"
)
_PLACE = (
    r"(?:wound|incision|injection|needle|site|spot|cut|stitches|herida|incision|inyeccion|aguja|"
    r"piquete|puntos|cicatriz|lugar)"
)
_ANGRY = (
    r"(?:red|redness|swollen|swelling|hot|warm|pus|ooz\w*|drain\w*|infect\w*|bleed\w*|roj[ao]\w*|"
    r"enrojec\w*|hinchad\w*|caliente|supura\w*|sangr\w*)"
)


def _near(one: str, other: str, most: int = 30) -> str:
    """Both within one sentence, in either order."""
    gap = rf"[^.]{{0,{most}}}"
    return rf"\b{one}\b{gap}\b{other}\b|\b{other}\b{gap}\b{one}\b"


_SIGNS = {
    "trouble-breathing": rf"\b{_CANNOT}\b[^.]{{0,15}}\bbreath\w*|\bshort(?:ness)? of breath\b|"
    rf"\b{_NO_PUEDO} respirar\b|\bdificultad (?:para|al) respirar\b|\bcuesta respirar\b|"
    r"\bfalta (?:de |el )?aire\b|\bme ahogo\b",
    "chest-or-upper-back-pain": _near("chest", r"(?:pains?|hurt\w*|tight\w*|pressure)", 20)
    + "|"
    + _near("pecho", r"(?:dolor|duele|presion|oprim\w*)", 20),
    "severe-headache": _near(_BAD, r"(?:head ?aches?|migraine|dolor de cabeza)")
    + "|"
    + _near(r"(?:head ?aches?|dolor de cabeza)", r"(?:stiff neck|cuello rigido|rigidez)"),
    "bladder-or-bowel-trouble": rf"\b(?:{_CANNOT}|{_NO_PUEDO}|dificultad)\b[^.]{{0,20}}"
    rf"\b{_URINE}\b|\bincontinen\w*|"
    r"\b(?:wet|wetting|soiled|peed|pee) (?:on )?(?:my ?self|the bed|my pants)|"
    r"\b(?:lost|losing|no) control (?:of|over)\b[^.]{0,20}\b(?:bladder|bowels?|pee|urine)\b|"
    r"\bme (?:orine|orino|hago|hice) (?:encima|en la cama)\b|\bme (?:orine|orino)\b|"
    r"\bno aguanto (?:la orina|las heces|el popo)\b",
    "saddle-numbness": _near(rf"(?:{_NUMB}|no feeling|can ?t feel|cannot feel|no siento)", _SADDLE),
    "weakness-both-legs": _near(_LEGS, _WEAK, 20)
    + rf"|\b(?:{_CANT}|{_NO_PUEDO})\b[^.]{{0,15}}\b(?:move|feel|lift|use|mover|levantar)\b"
    rf"[^.]{{0,6}}\b{_LEGS}\b|\bno (?:puedo mover|siento) {_LEGS}\b",
    "limb-weakness": _near(_LIMB, _WEAK)
    + rf"|\b(?:{_CANT}|{_NO_PUEDO})\b[^.]{{0,15}}\b(?:move|lift|raise|walk|stand|feel|mover|"
    r"levantar\w*|caminar|pararme|ponerme de pie)\b|\bweakness\b|\bdebilidad\b|"
    r"\bno siento (?:la|el|mi) (?:pierna|pie|brazo|mano)\b|\b(?:foot ?drop|drop ?foot)\b",
    "fever": r"\bfever\w*|\bchills\b|\bshivering\b|\bfiebre\b|\bcalentura\b|\bescalofrios?\b|"
    r"\btemp\w*[^.]{0,15}\b(?:3[89]|4[01]|10[1-6])\b|"
    r"\b(?:3[89]|40|41)(?: \d)? (?:c|grados|degrees)\b|"
    r"\b10[1-6](?: \d)? (?:f|degrees)\b",
    "wound-trouble": _near(_PLACE, _ANGRY, 40) + r"|\bpus\b",
    "numbness-or-tingling": rf"\b{_NUMB}\b",
}
_PATTERNS = {key: re.compile(words) for key, words in _SIGNS.items()}
# "No fever or chills": what is said not to be is none. A comma or "and" ends it, and so does "but".
_SAID = (
    r"any|more|a|the|tengo|hay|tuve|he|tenido|had|have|having|signs?|of|de|mas|or|nor|o|ni|fever|"
    r"chills|weakness|numbness|tingling|pain|fiebre|escalofrios|debilidad|dolor|new"
)
_NOT = re.compile(rf"\b(?:no|not|without|sin|ni|never|nunca|don ?t|haven ?t)(?: (?:{_SAID}))* $")

_SPANISH = re.compile(
    r"\b(?:tengo|siento|puedo|estoy|desde|fiebre|dolor|duele|piernas?|brazo|orin\w*|respirar|herida|"
    r"muy|pecho|cuello|ayer|hoy|gracias|ayuda|sale|esta)\b"
)


def signs_in(text: str) -> frozenset[str]:
    """The keys of the red flags that it names; none if it names none or says that there is none."""
    plain = _plain(text)
    return frozenset(
        key
        for key, pattern in _PATTERNS.items()
        if any(not _NOT.search(plain, 0, found.start()) for found in pattern.finditer(plain))
    )


def language_of(text: str) -> str:
    """Spanish if a word of it is, else English: for an answer to somebody nobody knows."""
    return "es" if _SPANISH.search(_plain(text)) else "en"


def _plain(text: str) -> str:
    """Lower case without accents; sentences and their parts end with a dot, all else is a space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    kept = re.sub(r"(?<=\d)[.,](?=\d)", " ", kept)
    kept = re.sub(r"[.,;:!?\n]+", " . ", kept)
    kept = re.sub(r"[^a-z0-9.]+", " ", kept)
    return f" {' '.join(kept.split())} "
