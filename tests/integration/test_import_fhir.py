"""`manage.py import_fhir` on a real database: whole bundles, once each, or not at all."""

import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from patients.models import (
    AllergyIntolerance,
    Condition,
    ContactPoint,
    Coverage,
    MedicationStatement,
    Patient,
)
from patients.queries import search
from tests import fhir_samples as fhir
from tests.integration.import_runs import (
    IMPORTED_MODELS,
    NOW,
    SHARED,
    Run,
    everything_here,
    is_read,
    load,
)
from treatments.actions.import_bundle import import_bundle
from treatments.domain.fhir import BundleRefused, read_bundle
from treatments.models import Observation, Procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else fhir.raw(content)
            (tmp_path / f"{name}.json").write_bytes(data)
        return tmp_path

    return write


class TestOneBundle:
    def test_everything_about_a_person_is_here_afterwards(self):
        load(fhir.everything())
        patient = Patient.objects.get()
        assert patient.name == "Ada Maria Lindgren"
        assert (patient.other_names, patient.birth_date) == ("Okafor", date(1961, 4, 23))
        assert (patient.source, patient.source_id) == (fhir.HOSPITAL, "MR-1")
        assert patient.contacts.get().digits == "15552010001"
        assert patient.addresses.get().city == "Salem"
        assert patient.conditions.get().onset_date == date(2019, 3, 1)
        assert patient.allergies.get().criticality == "high"
        assert patient.medications.get().text == "Willow bark 100 mg"
        assert patient.coverages.get().member_id == "HM-77"
        assert patient.procedures.get().performed_at == datetime(2022, 6, 1, 14, tzinfo=UTC)
        assert patient.observations.get().value == Decimal(31)

    def test_again_it_changes_nothing_and_writes_nothing(self):
        load(fhir.everything())
        before = everything_here()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            again = load(fhir.everything())
        assert {outcome for _, outcome in again.tally} == {"unchanged"}
        assert everything_here() == before
        assert [q["sql"] for q in queries if not is_read(q["sql"])] == []

    def test_a_changed_row_updates_ours_and_no_other(self):
        load(fhir.bundle(fhir.patient(), fhir.condition("1"), fhir.condition("2")))
        before = everything_here()
        ended = fhir.condition(
            "2", clinicalStatus=fhir.status("resolved"), abatementDateTime="2020"
        )
        imported = load(fhir.bundle(fhir.patient(), fhir.condition("1"), ended))
        assert imported.tally == {
            ("Patient", "unchanged"): 1,
            ("Condition", "unchanged"): 1,
            ("Condition", "updated"): 1,
        }
        assert Condition.objects.get(source_id="c2").status == "resolved"
        after = everything_here()
        assert len(set(after["Condition"]) - set(before["Condition"])) == 1
        assert after["Patient"] == before["Patient"]

    @pytest.mark.parametrize(
        ("change", "field", "value"),
        [
            ({"birthDate": "1961-04-24"}, "birth_date", date(1961, 4, 24)),
            ({"gender": "other"}, "gender", "other"),
            ({"name": [{"family": "Okafor", "given": ["Ada"]}]}, "family_name", "Okafor"),
            ({"deceasedDateTime": "2024-05"}, "deceased_date", date(2024, 5, 1)),
        ],
    )
    def test_a_changed_person_is_updated(self, change, field, value):
        load(fhir.everything())
        imported = load(fhir.bundle(fhir.patient(**change)))
        assert imported.tally == {("Patient", "updated"): 1}
        assert getattr(Patient.objects.get(), field) == value

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        def queries(rows, person):
            many = [fhir.observation(f"{person}-{i}", person) for i in range(rows)]
            with CaptureQueriesContext(connection) as captured:
                load(fhir.bundle(fhir.patient(person), *many))
            return len(captured)

        assert queries(200, "1") == queries(2, "2")

    def test_two_people_in_one_bundle_keep_their_own(self):
        load(
            fhir.bundle(
                fhir.patient("1"), fhir.patient("2"), fhir.condition("1"), fhir.condition("2", "2")
            )
        )
        owners = Condition.objects.values_list("source_id", "patient__source_id")
        assert set(owners) == {("c1", "MR-1"), ("c2", "MR-2")}

    def test_rows_the_source_does_not_mention_stay(self):
        load(fhir.everything())
        load(fhir.bundle(fhir.patient()))
        assert Observation.objects.count() == 1


class TestWithdrawn:
    def test_a_row_entered_in_error_is_skipped(self):
        wrong = fhir.allergy(verificationStatus=fhir.status("entered-in-error"))
        imported = load(fhir.bundle(fhir.patient(), wrong))
        assert imported.tally["AllergyIntolerance", "skipped"] == 1
        assert not AllergyIntolerance.objects.exists()

    def test_a_row_found_to_be_an_error_later_is_removed(self):
        load(fhir.everything())
        wrong = fhir.bundle(fhir.patient(), fhir.medication(status="entered-in-error"))
        assert load(wrong).tally["MedicationRequest", "removed"] == 1
        assert not MedicationStatement.objects.exists()
        assert load(wrong).tally["MedicationRequest", "skipped"] == 1

    def test_a_cancelled_coverage_is_removed(self):
        load(fhir.everything())
        load(fhir.bundle(fhir.patient(), fhir.coverage(status="cancelled", period=None)))
        assert not Coverage.objects.exists()


class TestReachingPeople:
    def test_a_new_number_is_tried_first_and_the_old_one_kept(self):
        load(fhir.bundle(fhir.patient()))
        moved = fhir.patient(telecom=[{"system": "phone", "value": "555-201-0002"}])
        load(fhir.bundle(moved))
        numbers = ContactPoint.objects.order_by("rank").values_list("value", "rank")
        assert list(numbers) == [("555-201-0002", 1), ("555-201-0001", 2)]

    def test_the_order_the_desk_chose_stands_while_nothing_is_new(self):
        load(fhir.bundle(fhir.patient()))
        ContactPoint.objects.update(rank=2)
        ContactPoint.objects.create(
            patient=Patient.objects.get(), system="phone", value="555-9", digits="5559", rank=1
        )
        before = everything_here()
        assert load(fhir.bundle(fhir.patient())).tally == {("Patient", "unchanged"): 1}
        assert everything_here() == before

    def test_an_address_follows_the_source(self):
        load(fhir.bundle(fhir.patient()))
        load(fhir.bundle(fhir.patient(address=[{"city": "Lynn"}])))
        assert [a.city for a in Patient.objects.get().addresses.all()] == ["Lynn"]

    def test_a_source_that_gives_no_address_takes_none_away(self):
        load(fhir.bundle(fhir.patient()))
        load(fhir.bundle(fhir.patient(address=[], telecom=[])))
        assert Patient.objects.get().addresses.count() == 1

    def test_the_desk_finds_them(self):
        load(fhir.everything())
        desk = User(email="d@example.org", name="Dee", role=Role.FRONT_DESK)
        for typed in ("lindgren", "okafor", "555-201-0001", "4/23/1961"):
            assert [p.family_name for p in search(desk, typed, today=NOW.date())] == ["Lindgren"]


class TestRefused:
    def refusal(self, content):
        before = everything_here()
        with pytest.raises(BundleRefused) as refused:
            load(content)
        assert everything_here() == before
        (refusal,) = refused.value.refusals
        return refusal.place.entry, refusal.reason

    def test_a_row_that_is_another_persons_is_never_moved(self):
        load(fhir.everything())
        entry, reason = self.refusal(
            fhir.bundle(fhir.patient("2"), fhir.allergy("2", "2"), fhir.condition("1", "2"))
        )
        assert (entry, reason) == (2, "This Condition is already here, for another person.")

    def test_a_number_given_to_somebody_else_does_not_rename_a_person(self):
        load(fhir.everything())
        other = fhir.patient(birthDate="1990-01-01", name=[{"family": "Pereira", "given": ["Rui"]}])
        entry, reason = self.refusal(fhir.bundle(other))
        record = Patient.objects.get().record_number
        assert entry == 0
        assert reason.startswith(f"Its identifier is that of record {record} here")

    @pytest.mark.parametrize("when", ["2026-07-03", "2999-01-01"])
    def test_nobody_is_born_in_the_future(self, when):
        entry, reason = self.refusal(fhir.bundle(fhir.claim(), fhir.patient(birthDate=when)))
        assert (entry, reason) == (1, "Patient.birthDate lies in the future.")

    def test_nobody_has_died_in_the_future(self):
        entry, reason = self.refusal(fhir.bundle(fhir.patient(deceasedDateTime="2027")))
        assert (entry, reason) == (0, "Patient.deceasedDateTime lies in the future.")

    def test_what_the_database_refuses_is_told_in_its_name(self, monkeypatch):
        """A value that no check of ours foresaw: the constraint still holds, and says which."""
        bundle = read_bundle(fhir.raw(fhir.everything()))
        object.__setattr__(bundle.compartments[0].person, "gender", "?")
        with pytest.raises(BundleRefused, match="refuses it: patient_gender_is_known"):
            import_bundle(bundle=bundle, by=None, now=NOW)
        assert not Patient.objects.exists()

    def test_who_may_not_register_may_not_import(self):
        nurse = User(email="n@example.org", name="Nia", role=Role.NURSE)
        with pytest.raises(NotAllowed):
            import_bundle(bundle=read_bundle(fhir.raw(fhir.everything())), by=nurse, now=NOW)


def places(content, path=()):
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


WHOLE = fhir.everything()
DAMAGE = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**30,
        1.5e300,
        1e-300,
        "",
        " ",
        "x" * 300,
        "x" * 20_000,
        "\x00",
        "\ud800",
        "\u202e",
        "2011",
        "1879-01-01",
        "9999-12-31",
        "2999-01-01T00:00:00Z",
        "urn:uuid:p1",
        "Patient/p1",
        "entered-in-error",
        "unknown",
        "Observation",
        [],
        {},
        [[]],
        [{}],
        {"coding": [{"code": "refuted"}]},
        {"value": 5, "comparator": ">"},
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hits=st.lists(st.tuples(st.sampled_from(list(places(WHOLE))), DAMAGE), min_size=1, max_size=3)
)
def test_damage_is_either_whole_here_or_refused_whole(hits):
    content = copy.deepcopy(WHOLE)
    for path, value in hits:
        holder = content
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = copy.deepcopy(value)  # one value may be drawn twice
        except (KeyError, IndexError, TypeError):
            continue  # an earlier hit took this place away
    raw = json.dumps(content).encode()
    before = everything_here()
    with transaction.atomic():
        try:
            imported, reasons = import_bundle(bundle=read_bundle(raw), by=None, now=NOW), []
        except BundleRefused as refused:
            imported, reasons = None, [refusal.reason for refusal in refused.refusals]
        if imported is None:
            assert reasons
            assert all(reasons)
            assert not any("database refuses" in reason for reason in reasons)
            assert everything_here() == before
        else:
            written = sum(n for (_, outcome), n in imported.tally.items() if outcome == "created")
            assert written == sum(model.objects.count() for model in IMPORTED_MODELS)
            again = import_bundle(bundle=read_bundle(raw), by=None, now=NOW)
            assert {outcome for _, outcome in again.tally} <= {"unchanged", "skipped"}
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_the_second_finds_what_the_first_wrote():
    """Both bundles list the same people, in opposite order, so that they also get in each
    other's way.
    """
    people = [fhir.patient(str(n)) for n in range(8)]
    rows = [fhir.condition(str(n), str(n)) for n in range(8)]
    contents = [fhir.bundle(*people, *rows), fhir.bundle(*reversed(people), *reversed(rows))]
    start = threading.Barrier(len(contents))

    def run(content):
        try:
            start.wait(timeout=10)
            return load(content).tally
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        tallies = list(pool.map(run, contents))
    assert sorted(tally["Patient", "created"] for tally in tallies) == [0, 8]
    assert sorted(tally["Condition", "unchanged"] for tally in tallies) == [0, 8]
    assert Condition.objects.count() == 8


@SHARED
def test_the_shared_bundles_are_loaded_whole_and_once():
    first = Run(fhir.SHARED_BUNDLES)
    assert first.code == 0, first.err
    created = {
        "Patient": (60, Patient),
        "Condition": (346, Condition),
        "MedicationRequest": (312, MedicationStatement),
        "AllergyIntolerance": (39, AllergyIntolerance),
        "Procedure": (659, Procedure),
        "Observation": (6_597, Observation),
    }
    for resource_type, (count, model) in created.items():
        assert first.counts(resource_type) == [count, 0, 0, 0, 0, 0]
        assert model.objects.count() == count
    assert first.counts("Claim") == [1_554]
    assert "warning" not in first.err

    before = everything_here()
    second = Run(fhir.SHARED_BUNDLES)
    for resource_type, (count, _) in created.items():
        assert second.counts(resource_type) == [0, 0, count, 0, 0, 0]
    assert everything_here() == before


@SHARED
def test_the_shared_bundles_hold_the_people_that_later_tests_need():
    Run(fhir.SHARED_BUNDLES)

    def takers(drug):
        found = MedicationStatement.objects.filter(text__icontains=drug, status="active")
        return found.values("patient").distinct().count()

    assert (takers("clopidogrel"), takers("warfarin"), takers("naproxen")) == (2, 2, 7)
    porous = Condition.objects.filter(text__icontains="osteoporosis", status="active")
    assert porous.values("patient").distinct().count() == 4
    allergic = AllergyIntolerance.objects.filter(status="active")
    assert allergic.values("patient").distinct().count() == 10
