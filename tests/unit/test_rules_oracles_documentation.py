"""What must be written down agrees with an oracle that crosses out every answer that will not do.

The engine asks each rule of a field about the one answer that is there. The oracle starts from
everything that could stand in the field, crosses out what the record's rule forbids, and looks
whether what does stand there is still on the list.
"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import ON, asked, compared, verdict
from treatments.domain.rules import Facts
from treatments.domain.rules.kinds.documentation import Documentation

NUMERIC = ("temperature", "units")
FIELDS = ("goals", "guidance", "temperature", "units", "mode")
BLANK = (None, "", False, (), [])
WRITTEN = (0, 1, 2, "0", "1", "2", "1.5", True)
NUMBERS = {"0": Decimal(0), "1": Decimal(1), "2": Decimal(2), "1.5": Decimal("1.5")}
fields = st.sampled_from(FIELDS)
bounds = st.dictionaries(st.sampled_from(NUMERIC), st.sampled_from([*NUMBERS.values()]), max_size=2)
values = st.frozensets(st.sampled_from(["0", "1", "2", "1.5", "True"]), max_size=3)
gates = st.dictionaries(fields, values, max_size=2)


@st.composite
def records(draw):
    """What is written in each field, if anything; numbers where numbers are asked for."""
    written = {}
    for name in FIELDS:
        may_be = [value for value in WRITTEN if value is not True or name not in NUMERIC]
        if draw(st.booleans()):
            written[name] = draw(st.sampled_from([*may_be, *may_be, *BLANK]))
    return written


def stands(record, name):
    """What is read in the field, as text; None if nothing is."""
    value = record.get(name)
    is_blank = value is None or value is False or value in ("", (), [])
    return None if is_blank else str(value)


def left_over(name, looks):
    """Every answer that will do in this field; None is no answer."""
    left = {None, "True", *NUMBERS}
    if name in looks.needs:
        left -= {None}
    if name in looks.one_of:
        left -= {text for text in left if text is not None} - looks.one_of[name]
    for text, number in NUMBERS.items():
        if number < looks.at_least.get(name, number) or number > looks.at_most.get(name, number):
            left -= {text}
    return left


def any_of(values):
    """The answers that open or shut a gate: those named, or any at all."""
    return set(values) or {"True", *NUMBERS}


@compared
@given(
    records(),
    st.frozensets(fields, max_size=3),
    st.dictionaries(fields, values.filter(bool), max_size=2),
    bounds,
    bounds,
    gates,
    gates,
)
def test_what_is_written_is_on_the_list_of_what_will_do(
    record, needs, one_of, least, most, unless, only_if
):
    """A record that lacks something is a denial; one that lacks nothing must not be stopped."""
    looks = Documentation(
        needs=tuple(sorted(needs)),
        one_of=one_of,
        at_least=least,
        at_most=most,
        unless=unless,
        only_if=only_if,
    )
    open_gates = [name for name in only_if if stands(record, name) in any_of(only_if[name])]
    shut = any(stands(record, name) in any_of(unless[name]) for name in unless)
    is_asked = not shut and len(open_gates) == len(only_if)
    lacks = any(stands(record, name) not in left_over(name, looks) for name in FIELDS)
    expected = "block" if is_asked and lacks else "nothing"
    assert verdict(looks, Facts(), asked(documented=record), ON) == expected
