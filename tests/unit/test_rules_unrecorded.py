"""What is not recorded is told once for all rules that wait for it."""

from tests.rule_worlds import ON
from treatments.domain.rules.facts import Evidence
from treatments.domain.rules.finding import Finding, Severity
from treatments.domain.rules.unrecorded import gathered, is_waiting, not_recorded


def found(rule, *missing, severity=Severity.WARN, evidence=()):
    return Finding(rule, 1, severity, rule, "Ask.", evidence=evidence, missing=missing)


def keys(lines):
    return [[one.rule for one in line] for line in lines]


def test_only_a_warning_that_rests_on_nothing_waits():
    """An epidural elsewhere without a day may be the fifth: that is told by itself."""
    row = Evidence("procedure", "1", "Epidural", ON)
    assert is_waiting(found("care", "pain"))
    assert not is_waiting(found("care"))
    assert not is_waiting(found("care", "pain", severity=Severity.INFO))
    assert not is_waiting(found("cap", "Epidural: not known when", evidence=(row,)))


def test_they_are_one_line_where_the_first_stood():
    """The order of a list says what weighs most; each thing has its own line."""
    told = [found("a", "x"), found("b"), found("c", "x", "y"), found("d", "z")]

    def about(finding):
        return finding.rule == "d"

    lines = gathered(told, of=lambda finding: finding, about=about)
    assert keys(lines) == [["a", "c"], ["b"], ["d"]]


def test_each_fact_is_named_once():
    """Three rules that lack the same day make one question, not three."""
    told = not_recorded([found("a", "when the pain began"), found("c", "when the pain began", "y")])
    assert told == "Not recorded: when the pain began, y (2 rules wait for it)."
