"""Every shipped rule says what its examples say, and says it at its limit, not a day beside it."""

import pytest

from tests.rule_examples import book_with, examples, shipped
from treatments.domain.rules import evaluate

EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_the_rule_says_what_its_example_says(example):
    """These are the worked examples that the medical director signs."""
    findings = [
        finding
        for finding in evaluate(
            example.facts, example.proposal, book_with(example.rule), example.on
        )
        if finding.rule == example.rule.key
    ]
    assert [str(finding.severity) for finding in findings] == [
        says for says in [example.says] if says != "nothing"
    ]
    for finding in findings:
        assert bool(finding.missing) is example.is_missing, finding.missing
        if example.tells_clears:
            assert finding.clears_on == example.clears


def test_every_rule_that_can_be_evaluated_has_its_examples():
    """A rule without one at each side of its limit is a rule nobody has tried."""
    lacking = {
        rule.key: sorted(lacking)
        for rule, record in shipped()
        if rule.is_evaluable and rule.params.get("check") != "table"
        for lacking in [{"fires", "inside", "outside"} - set(record.examples)]
        if lacking
    }
    assert lacking == {}
