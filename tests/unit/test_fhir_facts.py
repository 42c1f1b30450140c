"""Conditions, allergies, medications, coverages, procedures and observations."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from patients.domain.fhir import FhirError, Node, Resource, Withdrawn
from tests import fhir_samples as fhir
from treatments.domain.fhir.bundle import KINDS


def read(content, neighbours=None):
    kind = content["resourceType"]
    find = lambda reference: (neighbours or {}).get(reference)  # noqa: E731
    return KINDS[kind].read(Resource(Node(content, kind), content["id"], find))


@pytest.mark.parametrize(
    "content",
    [
        fhir.condition(verificationStatus=fhir.status("entered-in-error")),
        fhir.allergy(verificationStatus=fhir.status("entered-in-error")),
        fhir.medication(status="entered-in-error"),
        fhir.medication(doNotPerform=True),
        fhir.coverage(status="entered-in-error"),
        fhir.coverage(status="draft"),
        fhir.coverage(status="cancelled", period={"start": "2024"}),
        fhir.procedure(status="entered-in-error"),
        fhir.observation(status="entered-in-error", code=None),
    ],
)
def test_what_the_source_does_not_stand_by_is_withdrawn(content):
    assert read(content) == Withdrawn(content["id"])


@pytest.mark.parametrize(
    "content",
    [
        fhir.condition(code=None),
        fhir.allergy(code={}),
        fhir.medication(medicationCodeableConcept=None),
        fhir.procedure(code={"coding": []}),
        fhir.observation(code={"text": " "}),
        fhir.observation(component=[{"valueString": "x"}]),
    ],
)
def test_what_names_nothing_is_refused(content):
    with pytest.raises(FhirError, match=r"no text, display or code|names no medication"):
        read(content)


@pytest.mark.parametrize(
    "make",
    [fhir.condition, fhir.allergy, fhir.procedure, fhir.observation],
    ids=lambda m: m.__name__,
)
def test_a_bare_code_is_better_than_nothing(make):
    fact = read(make(code={"coding": [{"system": fhir.CODES, "code": "Z-9"}]}))
    assert (fact.text, fact.code_system, fact.code) == ("Z-9", fhir.CODES, "Z-9")


class TestCondition:
    def test_is_translated(self):
        fact = read(fhir.condition(abatementDateTime="2020"))
        assert (fact.text, fact.code) == ("Aching back", "C-1")
        assert (fact.status, fact.verification) == ("active", "confirmed")
        # 23:30 at the source's clock is the next day in UTC: the source's day is meant.
        assert (fact.onset_date, fact.abatement_date) == (date(2019, 3, 1), date(2020, 12, 31))

    @pytest.mark.parametrize(
        ("onset", "day"),
        [
            ({"onsetDateTime": "2011"}, date(2011, 1, 1)),
            ({"onsetDateTime": "2011-05"}, date(2011, 5, 1)),
            ({"onsetPeriod": {"start": "2011-05-03"}}, date(2011, 5, 3)),
            ({"onsetAge": {"value": 40}}, None),
            ({"onsetString": "as a child"}, None),
        ],
    )
    def test_onset_is_its_first_possible_day(self, onset, day):
        assert read(fhir.condition(**{"onsetDateTime": None, **onset})).onset_date == day

    def test_an_end_before_its_onset_is_refused(self):
        with pytest.raises(FhirError, match="ends before it starts"):
            read(fhir.condition(abatementDateTime="2018"))

    def test_silence_about_the_status_is_resolved_only_if_it_ended(self):
        assert read(fhir.condition(clinicalStatus=None)).status == "active"
        ended = fhir.condition(clinicalStatus=None, abatementDateTime="2020")
        assert read(ended).status == "resolved"

    def test_a_refuted_one_does_not_count(self):
        fact = read(fhir.condition(verificationStatus=fhir.status("refuted")))
        assert (fact.status, fact.verification) == ("inactive", "refuted")

    def test_an_unknown_status_is_refused(self):
        with pytest.raises(FhirError, match=r"clinicalStatus is 'odd'; known are active, "):
            read(fhir.condition(clinicalStatus=fhir.status("odd")))


class TestAllergy:
    def test_is_translated(self):
        fact = read(fhir.allergy(category=["food", "environment"]))
        assert (fact.text, fact.category) == ("Walnuts", "food, environment")
        assert (fact.criticality, fact.status) == ("high", "active")
        assert fact.noted_date == date(2001, 2, 3)

    def test_silence_is_read_carefully(self):
        fact = read(fhir.allergy(clinicalStatus=None, criticality=None, recordedDate=None))
        assert (fact.status, fact.criticality, fact.noted_date) == (
            "active",
            "unable-to-assess",
            None,
        )

    def test_an_unknown_criticality_could_not_be_assessed(self):
        assert read(fhir.allergy(criticality="odd")).criticality == "unable-to-assess"

    def test_a_refuted_one_is_inactive(self):
        refuted = fhir.allergy(verificationStatus=fhir.status("refuted"))
        assert read(refuted).status == "inactive"

    def test_an_unknown_status_is_refused(self):
        with pytest.raises(FhirError, match="clinicalStatus is 'odd'"):
            read(fhir.allergy(clinicalStatus=fhir.status("odd")))


class TestMedication:
    def test_is_translated(self):
        fact = read(fhir.medication())
        assert (fact.text, fact.code, fact.status) == ("Willow bark 100 mg", "M-1", "active")
        assert (fact.start_date, fact.end_date, fact.dosage) == (date(2020, 1, 5), None, "")

    @pytest.mark.parametrize("status", [None, "draft", "odd"])
    def test_another_status_is_unknown(self, status):
        assert read(fhir.medication(status=status)).status == "unknown"

    def test_a_drug_may_stand_in_the_bundle_or_inside_the_request(self):
        drug = {"resourceType": "Medication", "id": "w", "code": fhir.concept("W", "Willow")}
        inside = fhir.medication(medicationReference={"reference": "#w"}, contained=[drug])
        beside = fhir.medication(medicationReference={"reference": "urn:uuid:w"})
        for content in (inside, beside):
            del content["medicationCodeableConcept"]
            assert read(content, {"urn:uuid:w": Node(drug, "Medication")}).text == "Willow"

    def test_a_reference_may_at_least_show_a_name(self):
        content = fhir.medication(medicationReference={"reference": "x", "display": "Willow"})
        del content["medicationCodeableConcept"]
        assert read(content).text == "Willow"

    def test_a_reference_to_something_else_is_no_drug(self):
        content = fhir.medication(medicationReference={"reference": "urn:uuid:c1"})
        del content["medicationCodeableConcept"]
        with pytest.raises(FhirError, match="names no medication"):
            read(content, {"urn:uuid:c1": Node(fhir.condition(), "Condition")})

    @pytest.mark.parametrize(
        ("instruction", "words"),
        [
            ({"text": "One at night"}, "One at night"),
            ({"asNeededBoolean": True}, "as needed"),
            ({"asNeededCodeableConcept": {"text": "pain"}}, "as needed for pain"),
            ({"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}]}, "5 mg"),
            (
                {"timing": {"repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}}},
                "every 4 hours",
            ),
            (
                {"timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}},
                "3 times every day",
            ),
            (
                {
                    "doseAndRate": [{"doseQuantity": {"value": 1}}],
                    "timing": {"repeat": {"period": 1, "periodUnit": "wk"}},
                    "asNeededBoolean": True,
                },
                "1 every week, as needed",
            ),
            ({"timing": {"code": {"text": "BID"}}}, "BID"),
            ({"additionalInstruction": [{"text": "with food"}]}, "with food"),
            ({"sequence": 1}, ""),
        ],
    )
    def test_the_dosage_is_put_in_words(self, instruction, words):
        assert read(fhir.medication(dosageInstruction=[instruction])).dosage == words

    def test_the_time_it_is_taken_comes_before_the_day_of_writing(self):
        bounds = {"boundsPeriod": {"start": "2020-02-01", "end": "2020-03"}}
        fact = read(fhir.medication(dosageInstruction=[{"timing": {"repeat": bounds}}]))
        assert (fact.start_date, fact.end_date) == (date(2020, 2, 1), date(2020, 3, 31))

    def test_one_written_after_its_end_has_no_start(self):
        bounds = {"boundsPeriod": {"end": "2019"}}
        fact = read(fhir.medication(dosageInstruction=[{"timing": {"repeat": bounds}}]))
        assert (fact.start_date, fact.end_date) == (None, date(2019, 12, 31))


class TestCoverage:
    def test_is_translated(self):
        plan = [{"type": {"coding": [{"code": "plan"}]}, "value": "G1", "name": "Gold"}]
        fact = read(fhir.coverage(**{"class": plan}, order=2))
        assert (fact.payer, fact.plan, fact.member_id) == ("Harbor Mutual", "Gold", "HM-77")
        assert (fact.payer_class, fact.rank) == ("unknown", 2)
        assert (fact.start_date, fact.end_date) == (date(2024, 1, 1), date(2026, 12, 31))

    @pytest.mark.parametrize(
        ("payer", "kind", "payer_class"),
        [
            ("Medicare", None, "medicare"),
            ("State MEDICAID plan", None, "medicaid"),
            ("Harbor", {"coding": [{"code": "WCBPOL"}]}, "workers_comp"),
            ("", {"coding": [{"code": "pay"}]}, "self_pay"),
            ("Harbor", {"coding": [{"code": "EHCPOL"}]}, "commercial"),
            ("Harbor", None, "unknown"),
        ],
    )
    def test_the_class_of_payer_follows_from_type_and_name(self, payer, kind, payer_class):
        content = fhir.coverage(payor=[{"display": payer}], type=kind)
        assert read(content).payer_class == payer_class

    def test_the_payer_may_be_an_organization_of_the_bundle(self):
        payer = Node({"resourceType": "Organization", "name": "Bay Health"}, "Organization")
        content = fhir.coverage(payor=[{"reference": "urn:uuid:org"}])
        assert read(content, {"urn:uuid:org": payer}).payer == "Bay Health"

    def test_a_cancelled_one_counts_until_its_end(self):
        assert read(fhir.coverage(status="cancelled")).end_date == date(2026, 12, 31)

    @pytest.mark.parametrize(("order", "rank"), [(None, 1), (0, 1), (-5, 1), (10**50, 99)])
    def test_the_rank_stays_in_bounds(self, order, rank):
        assert read(fhir.coverage(order=order)).rank == rank


class TestProcedure:
    def test_is_translated(self):
        fact = read(fhir.procedure())
        assert (fact.text, fact.status) == ("Warm compress", "completed")
        assert fact.performed_at == datetime(2022, 6, 1, 14, tzinfo=UTC)
        assert fact.ended_at == datetime(2022, 6, 1, 14, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("performed", "first", "last"),
        [
            ("2022-06-01", datetime(2022, 6, 1, 12, tzinfo=UTC), None),
            ("2022", datetime(2022, 1, 1, 12, tzinfo=UTC), datetime(2022, 12, 31, 12, tzinfo=UTC)),
        ],
    )
    def test_what_is_known_by_year_keeps_both_ends(self, performed, first, last):
        fact = read(fhir.procedure(performedPeriod=None, performedDateTime=performed))
        assert (fact.performed_at, fact.ended_at) == (first, last)
        begun = read(fhir.procedure(performedPeriod={"start": performed}))
        assert (begun.performed_at, begun.ended_at) == (first, last)

    def test_without_a_date_it_has_none(self):
        fact = read(fhir.procedure(performedPeriod=None, performedString="last spring"))
        assert (fact.performed_at, fact.ended_at) == (None, None)

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("stopped", "stopped"),
            ("not-done", "not-done"),
            ("on-hold", "in-progress"),
            ("preparation", "unknown"),
            ("odd", "unknown"),
            (None, "unknown"),
        ],
    )
    def test_statuses(self, said, kept):
        assert read(fhir.procedure(status=said)).status == kept


class TestObservation:
    def value(self, **value):
        fact = read(fhir.observation(**{"valueQuantity": None, **value}))
        return fact.value, fact.unit, fact.value_text

    def test_is_translated(self):
        fact = read(fhir.observation(valueQuantity={"value": Decimal("31.25"), "unit": "kg"}))
        assert (fact.text, fact.category, fact.status) == ("Grip", "vital-signs", "final")
        assert fact.effective_at == datetime(2022, 6, 1, 14, 0, 0, 250_000, UTC)
        assert (fact.value, fact.unit, fact.value_text) == (Decimal("31.25"), "kg", "")
        assert fact.components == []

    @pytest.mark.parametrize(
        ("value", "kept"),
        [
            ({"valueQuantity": {"value": 5, "code": "kg"}}, (5, "kg", "")),
            ({"valueQuantity": {"unit": "kg"}}, (None, "", "")),
            (
                {"valueQuantity": {"value": 5, "unit": "kg", "comparator": "<"}},
                (None, "", "< 5 kg"),
            ),
            ({"valueCodeableConcept": {"text": "firm"}}, (None, "", "firm")),
            ({"valueString": "soft"}, (None, "", "soft")),
            ({"valueInteger": 7}, (7, "", "")),
            ({"valueBoolean": False}, (None, "", "no")),
            ({"valueBoolean": True}, (None, "", "yes")),
            (
                {"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "cm"}}},
                (None, "", "1 to 2 cm"),
            ),
            ({"valueRange": {"high": {"value": 2}}}, (None, "", "… to 2")),
            (
                {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
                (None, "", "1 : 128"),
            ),
            ({"valueTime": "10:30:00"}, (None, "", "10:30:00")),
            ({"valueDateTime": "2020"}, (None, "", "2020")),
            ({"valuePeriod": {"start": "2020", "end": "2021"}}, (None, "", "2020 to 2021")),
            ({"valueSampledData": {"data": "1 2"}}, (None, "", "")),
            ({"dataAbsentReason": {"text": "refused to say"}}, (None, "", "refused to say")),
            ({}, (None, "", "")),
        ],
    )
    def test_every_form_of_value(self, value, kept):
        assert self.value(**value) == kept

    @pytest.mark.parametrize(
        ("number", "kept"),
        [
            ("176.35499866729558", (Decimal("176.354999"), "u", "")),
            ("-0.00012345", (Decimal("-0.000123"), "u", "")),
            ("0.0000001", (None, "", "0.0000001 u")),
            ("0.00001", (Decimal("0.00001"), "u", "")),
            ("0E-999999", (Decimal(0), "u", "")),
            ("123456789012345678.5", (Decimal("123456789012345678.5"), "u", "")),
            ("1234567890123456789", (None, "", "1234567890123456789 u")),
            ("999999999999999999.9999999", (None, "", "999999999999999999.9999999 u")),
            ("1E+400", (None, "", "1E+400 u")),
        ],
    )
    def test_a_number_is_rounded_but_never_lost(self, number, kept):
        assert self.value(valueQuantity={"value": Decimal(number), "unit": "u"}) == kept

    def test_components_keep_their_numbers_exactly(self):
        parts = [
            {
                "code": fhir.concept("S", "Upper"),
                "valueQuantity": {"value": Decimal("120.0"), "unit": "mm"},
            },
            {"code": {"text": "Lower"}, "valueString": "faint"},
            {"code": {"text": "Mean"}},
        ]
        assert read(fhir.observation(component=parts)).components == [
            {"text": "Upper", "code": "S", "value": "120.0", "unit": "mm"},
            {"text": "Lower", "code": "", "value": "faint", "unit": ""},
            {"text": "Mean", "code": "", "value": "", "unit": ""},
        ]

    @pytest.mark.parametrize(("said", "kept"), [("amended", "amended"), ("odd", "unknown")])
    def test_statuses(self, said, kept):
        assert read(fhir.observation(status=said)).status == kept

    def test_of_a_period_the_start_counts(self):
        content = fhir.observation(effectivePeriod={"start": "2020-05-06", "end": "2020-05-08"})
        del content["effectiveDateTime"]
        assert read(content).effective_at == datetime(2020, 5, 6, 12, tzinfo=UTC)
