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
        (Problem("ESRD"), "Kidney disease"),
        (Problem("CKD 4"), "Kidney disease"),
        (Problem("CKD4, not on dialysis"), "Kidney disease"),
        (Problem("Stage 4 kidney disease"), "Kidney disease"),
        (Problem("Breast cancer, treated 2015"), "Cancer"),
        (Problem("Spinal malignancy"), "Cancer"),
        (Problem("Metastases to the spine"), "Cancer"),
        (Problem("Non-Hodgkin lymphoma"), "Cancer"),
        (Problem("Previous breast cancer"), "Cancer"),
        (Problem("Left total knee arthroplasty"), "Implant"),
        (Problem("Hip joint replacement"), "Implant"),
        (Problem("ICD in place"), "Implant"),
        (Problem("Pacemaker not safe for MRI"), "Implant"),
        (Problem("T2DM"), "Diabetes"),
        (Problem("Not pregnant, type 2 diabetes"), "Diabetes"),
        (Problem("Type 2 diabetes without complications"), "Diabetes"),
        (Problem("HIV positive"), "Immunosuppression"),
        (Problem("Something in another language", "N18.4"), "Kidney disease"),
        (Problem("Something in another language", "n184"), "Kidney disease"),
        (Problem("Pregnancy not ruled out"), "Pregnancy"),
        (Problem("Never smoker with osteoporosis"), "Osteoporosis"),
        (Problem("Risk for fracture due to osteoporosis"), "Osteoporosis"),
        (Problem("Not well controlled diabetes"), "Diabetes"),
        (Problem("No longer on insulin for type 2 diabetes"), "Diabetes"),
        (Problem("Diabetes, ruled out for coverage of a pump"), "Diabetes"),
        (Problem("T2DM, insulin", "E11.9"), "Diabetes"),
        (Problem("DM type II"), "Diabetes"),
        (Problem("Hemodialysis three times a week"), "Kidney disease"),
        (Problem("CRF"), "Kidney disease"),
        (Problem("Screening-detected breast cancer"), "Cancer"),
        (Problem("Breast cancer removed 2015"), "Cancer"),
        (Problem("prior c-section now pregnant"), "Pregnancy"),
        (Problem("28 wks gestation"), "Pregnancy"),
        (Problem("Pacemaker removed and replaced"), "Implant"),
    ],
)
def test_what_matters_is_pointed_out(problem, what):
    """By words, because imported lists have no ICD-10-CM codes; by code, because words vary."""
    assert [found.what for found in watch_out([Problem("Acne"), problem], [])] == [what]


@pytest.mark.parametrize(
    "problem",
    [
        Problem("Prediabetes"),
        Problem("Family history of diabetes"),
        Problem("Viral sinusitis"),
        Problem("Not pregnant"),
        Problem("Not currently pregnant"),
        Problem("Pregnancy test negative"),
        Problem("Pregnancy: no"),
        Problem("Past pregnancy history of miscarriage"),
        Problem("No history of cancer or diabetes"),
        Problem("Denies cancer"),
        Problem("Pregnancy ruled out"),
        Problem("Non-diabetic"),
        Problem("Diabetes insipidus"),
        Problem("Coded as ICD-10 M54.5"),
        Problem("Dental implant"),
        Problem("Family history of malignant neoplasm of breast", "Z80.3"),
        Problem("Pregnancy test, result negative", "Z32.02"),
        Problem("Pre-diabetes"),
        Problem("osteoporosis, ruled out"),
        Problem("r/o osteoporosis"),
        Problem("FH: DM2"),
        Problem("Family history: osteoporosis, breast cancer"),
        Problem("pacemaker removed"),
        Problem("Removal of spinal cord stimulator"),
        Problem("No longer pregnant"),
        Problem("Not now pregnant"),
        Problem("No screening for cancer due"),
    ],
)
def test_what_does_not_matter_is_left_alone(problem):
    """A warning about nothing teaches people to look away."""
    assert watch_out([problem], []) == []


@pytest.mark.parametrize(
    "text", ["eGFR", "e-GFR", "GFR estimated", "GFR", "Glomerular filtration rate/1.73 sq M"]
)
def test_the_kidneys_are_told_by_what_our_own_catalogue_calls_it(text):
    """A result that is entered here is called eGFR, an imported one is spelled out."""
    (found,) = watch_out([], [Measured(text, Decimal(35), "mL/min", date(2026, 1, 2))])
    assert (found.what, found.is_urgent) == ("eGFR", True)


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
