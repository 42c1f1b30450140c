"""What changes what may be given must be seen before anything is given."""

from datetime import date
from decimal import Decimal

import pytest

from treatments.domain.watch_out import Measured, Problem, watch_out


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (Problem("Osteoporosis (disorder)"), "Osteoporosis"),
        (Problem("Type 2 diabetes mellitus"), "Diabetes"),
        (Problem("Normal pregnancy"), "Pregnancy"),
        (Problem("Vertebral fracture", "M80.08XA"), "Osteoporosis"),
        (Problem("Presence of cardiac pacemaker", "Z95.0"), "Implant"),
        (Problem("Chronic kidney disease stage 3"), "Kidney disease"),
        (Problem("Malignant neoplasm of breast"), "Cancer"),
    ],
)
def test_what_matters_is_pointed_out(problem, what):
    """By words, because imported lists have no ICD-10-CM codes; by code, because words vary."""
    assert [found.what for found in watch_out([Problem("Acne"), problem], [])] == [what]


@pytest.mark.parametrize("text", ["Prediabetes", "Family history of diabetes", "Viral sinusitis"])
def test_what_does_not_matter_is_left_alone(text):
    """A warning about nothing teaches people to look away."""
    assert watch_out([Problem(text)], []) == []


def test_the_kidneys_are_told_by_the_last_measurement():
    """An old good value must not hide a new bad one."""
    found = watch_out(
        [],
        [
            Measured(
                "Estimated Glomerular Filtration Rate", Decimal("84"), "mL/min", date(2024, 1, 2)
            ),
            Measured(
                "Estimated Glomerular Filtration Rate", Decimal("41.50"), "mL/min", date(2026, 1, 2)
            ),
        ],
    )
    assert [(alert.what, alert.because, alert.is_urgent) for alert in found] == [
        ("eGFR", "41.5 mL/min on Jan 2, 2026", True)
    ]
