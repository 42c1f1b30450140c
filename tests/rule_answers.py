"""Short words for the tests of what rules say: an epidural, a steroid, a medicine, an answer."""

from decimal import Decimal

from tests.rule_worlds import FAMILY, LUMBAR, ON, asked, book_of
from treatments.domain.rules import evaluate
from treatments.domain.rules.facts import (
    Done,
    GivenDrug,
    Taken,
)
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span

ESI = Which(families=FAMILY)
HERE = Which(families=FAMILY, per="region")
TWO_WEEKS = Span(days=14)
STEROID = frozenset({"steroid"})


def done(on, key="d", region=LUMBAR, **more):
    """An epidural."""
    told = {"label": "Epidural", "treatment": "esi", "families": FAMILY, "region": region}
    return Done(key=key, on=on, **told | more)


def told(looks, facts, proposal=None, on=ON):
    """The one finding of a rule, or None."""
    found = evaluate(facts, proposal or asked(), book_of(looks), on)
    return found[0] if found else None


def steroid(milligrams, factor=1):
    """A steroid of so many milligrams."""
    return GivenDrug("ta", STEROID, milligrams and Decimal(milligrams), factor and Decimal(factor))


def rows(finding):
    """The keys of what was counted."""
    return [row.key for row in finding.evidence]


def medicine(key="1", drug="ibuprofen", start=None, end=None, daily=None, **more):
    """A medicine that is taken."""
    classes = frozenset(more.pop("classes", {"nsaid"}))
    return Taken(key, drug.capitalize(), drug, classes, start, end, daily, **more)
