"""Whether a line of a problem list says that something is so, or that it is not.

"Not pregnant" has the word in it and means the opposite; "family history of cancer" means somebody
else. What negates reaches no further than its clause, so that "not pregnant, diabetes" still says
diabetes: a warning too many is read over, a warning too few hurts.
"""

import re

# "Now" begins something new, "not now" does not; neither does the stroke of "r/o".
_CLAUSE = re.compile(
    r"[,;:.()\n]|(?<!\br)/|\b(?:and|but)\b|(?<!\bnot )(?<!\bno )\bnow\b"
    r"|\b(?:due|secondary) to\b|\bbecause of\b|\b(?:affecting|complicating)\b"
)
# A heading speaks of everything up to the end of its sentence.
_HEADING = re.compile(
    r"\b(?:fhx?|family h(?:istory|x)|fam hx|mother|father|brother|sister|parents?"
    r"|denie[sd]|rule[sd]? out|r/o|negative for)\s*:[^.;\n]*$"
)
# What denies habits and medicines, or how well something is controlled, leaves the rest as it is.
_LEAVES = re.compile(
    r"\b(?:never|non)[- ]?(?:smok|drink|user)\w*"
    r"|\bnot (?:\w+ly |yet |well )*(?:controlled|managed|at goal)\b"
    r"|\b(?:not|no longer) (?:currently )?(?:on|taking|using|needing|requiring) (?:\w+ ){1,3}for\b"
    r"|\bscreen(?:ing)?[- ](?:detected|diagnosed|found)\b"
)
_BEFORE = re.compile(
    r"\b(?:no|not|never|denie[sd]|without|free of|negative for|rule[sd]? out|r/o|screen(?:ing|ed)?"
    r"|risk (?:of|for)|prevention of|fear of|family h(?:istory|x)|fhx?|mother|father|brother"
    r"|sister|parents?|past|previous|prior)\b"
    r"|\b(?:non|pre)[- ]?$"
)
# What is over with the event is over for good: who had cancer may have it again.
_PAST = re.compile(r"\b(?:past|previous|prior)\b")
_AFTER = re.compile(
    r"^\w*\s+(?:(?:has been|have been|was|were|is)\s+)?"
    r"(?:ruled out|excluded|negative|absent|unlikely|screening|prevention|test\b|not present)"
)
# After a comma only if nothing more follows: "diabetes, ruled out for coverage" is none.
_AFTERTHOUGHT = re.compile(
    r"^\w*\s*[,(:-]\s*(?:(?:has been|have been|was|were|is|now)\s+)?"
    r"(?:rule[sd]? out|r/o|excluded|absent|not present|not confirmed)\s*(?:$|[,;.)\n])"
)
_COLON_NO = re.compile(r"^\w*\s*:\s*(?:no|none|negative|absent|not\b)")


def is_affirmed(text: str, start: int, end: int, *, is_over_if_past: bool = False) -> bool:
    """Whether what stands at these places of a text in small letters is said to be so.

    With `is_over_if_past` a word such as "previous" before it means that it is over.
    """
    if _HEADING.search(text, 0, start):
        return False
    clause = max((found.end() for found in _CLAUSE.finditer(text, 0, start)), default=0)
    before = _LEAVES.sub(" ", text[clause:start])
    for found in _BEFORE.finditer(before):
        if is_over_if_past or not _PAST.fullmatch(found[0]):
            return False
    rest = text[end:]
    return not (_AFTER.match(rest) or _AFTERTHOUGHT.match(rest) or _COLON_NO.match(rest))


def says(text: str, pattern: re.Pattern[str], *, is_over_if_past: bool = False) -> bool:
    """Whether a text in small letters says this, somewhere where it is not denied."""
    return any(
        is_affirmed(text, found.start(), found.end(), is_over_if_past=is_over_if_past)
        for found in pattern.finditer(text)
    )


def says_word(text: str, word: str) -> bool:
    """The same for a plain word, in whatever stands around it."""
    return word in text and says(text, re.compile(re.escape(word)))
