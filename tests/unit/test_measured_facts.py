"""A number is compared in its own unit and on its own day, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from treatments.domain.measure_units import in_rules_unit
from treatments.domain.procedures import Content
from treatments.domain.rules import Facts, Proposal
from treatments.domain.rules.conditions import Conditions, Threshold
from treatments.domain.rules.facts import Measurement, Stage, Taken, Unclear
from treatments.facts.assess import with_checklist

ON = date(2026, 6, 10)
ASKED = Proposal("epidural-steroid-injection", frozenset({"esi"}), Stage.RECORD)


@pytest.mark.parametrize(
    ("what", "value", "unit", "told"),
    [
        ("body_temperature", "98.6", "[degF]", "37"),
        ("body_temperature", "98.6", "degF", "37"),
        ("body_temperature", "98.6", "°F", "37"),
        ("body_temperature", "38.2", "Cel", "38.2"),
        ("body_temperature", "98.6", "", None),
        ("hba1c", "48", "mmol/mol", "6.5"),
        ("hba1c", "6.5", "%", "6.5"),
        ("hba1c", "6.5", "", None),
        ("weight", "154.3", "[lb_av]", "70"),
        ("weight", "70", "kg", "70"),
        ("weight", "11", "stone", None),
        ("egfr", "45", "mL/min/{1.73_m2}", "45"),
        ("egfr", "45", "mg/dL", None),
        ("inr", "1.1", "{INR}", "1.1"),
        ("inr", "14", "s", None),
        ("gestation_weeks", "140", "d", "20"),
        ("platelets", "150", "10*3/uL", "150"),
    ],
)
def test_a_value_comes_in_the_unit_of_the_rules(what, value, unit, told):
    """98.6 °F was read as a fever that stops an epidural, and 48 mmol/mol as an HbA1c above 7."""
    found = in_rules_unit(what, Decimal(value), unit)
    assert (None if found is None else round(found, 1)) == (told and Decimal(told))


def test_a_value_in_an_unknown_unit_is_missing_and_not_fine():
    """An unread fever must not pass because its rule can do without a temperature."""
    hot = Threshold("body_temperature", most=Decimal(38), is_needed=False)
    asked = Conditions(thresholds=(hot,))
    unclear = Unclear("1", "body_temperature", ON)
    met = asked.met(Facts(unclear=(unclear,)), ASKED, ON)
    assert met.missing == ("the unit of body temperature",)
    later = Measurement("2", "body_temperature", Decimal(37), ON)
    met = asked.met(Facts(unclear=(unclear,), measured=(later,)), ASKED, ON)
    assert not met.missing
    assert not met.reasons


def test_an_inr_of_last_month_is_no_inr_of_today():
    """Written today with its date of weeks ago, it took the block away."""
    told = {"inr": "1.0", "inr_at": "2026-05-10T08:00:00+00:00"}
    facts = with_checklist(Facts(), Content(checklist=told), ON)
    assert [row.on for row in facts.measured] == [date(2026, 5, 10)]
    facts = with_checklist(Facts(), Content(checklist={"inr": "1.0"}), ON)
    assert [row.on for row in facts.measured] == [ON]


def test_the_inr_of_the_form_counts_before_another_of_the_same_day():
    """A good value of the morning must not hide the bad one before the needle."""
    morning = Measurement("lab", "inr", Decimal("1.1"), ON)
    told = {"inr": "3.5", "inr_at": "2026-06-10T18:00:00+00:00"}
    facts = with_checklist(Facts(measured=(morning,)), Content(checklist=told), ON)
    assert facts.last("inr", until=ON).value == Decimal("3.5")


def test_a_last_dose_is_of_the_day_of_the_clinic(settings):
    """An hour before midnight here is tomorrow in UTC: a day of the hold would be lost or won."""
    settings.TIME_ZONE = "America/Chicago"
    taken = Taken("1", "Warfarin", "warfarin", frozenset({"anticoagulant"}))
    told = {"anticoagulant_last_at": "2026-06-05T03:00:00+00:00"}
    facts = with_checklist(Facts(taken=(taken,)), Content(checklist=told), ON)
    assert facts.taken[0].last_dose_on == date(2026, 6, 4)
    assert facts.taken[0].last_dose_at == datetime(2026, 6, 5, 3, tzinfo=UTC)
