"""A whole bundle: what is refused, with entry and reason; and that nothing else ever comes out."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import fhir_samples as fhir
from treatments.domain.fhir import BundleRefused, read_bundle


def refusals(content):
    raw = content if isinstance(content, bytes) else fhir.raw(content)
    with pytest.raises(BundleRefused) as refused:
        read_bundle(raw)
    return [(r.place.entry, r.place.full_url, r.reason) for r in refused.value.refusals]


def test_a_bundle_is_taken_apart_by_person():
    found = read_bundle(fhir.raw(fhir.everything()))
    (compartment,) = found.compartments
    assert compartment.person.source_id == "MR-1"
    assert {kind: len(facts) for kind, facts in compartment.facts.items()} == {
        "Condition": 1,
        "AllergyIntolerance": 1,
        "MedicationRequest": 1,
        "Coverage": 1,
        "Procedure": 1,
        "Observation": 1,
    }
    assert found.census["Claim"] == 1
    assert found.origins["Observation", fhir.HOSPITAL, "o1"].entry == 6


def test_two_people_in_one_bundle_keep_their_own():
    found = read_bundle(
        fhir.raw(
            fhir.bundle(
                fhir.condition("2", "2"), fhir.patient("1"), fhir.patient("2"), fhir.condition("1")
            )
        )
    )
    owners = {c.person.source_id: c.facts["Condition"][0].source_id for c in found.compartments}
    assert owners == {"MR-1": "c1", "MR-2": "c2"}


@pytest.mark.parametrize(
    "reference",
    ["urn:uuid:p1", "Patient/p1", "Patient/p1/_history/3", "https://e.example/Patient/p1"],
)
def test_references_of_every_form_are_followed(reference):
    person = fhir.entry(fhir.patient())
    if reference.startswith("https"):
        person["fullUrl"] = reference
    found = read_bundle(
        fhir.raw(fhir.bundle(person, fhir.condition(subject={"reference": reference})))
    )
    assert found.compartments[0].facts["Condition"]


def test_without_an_id_the_full_url_names_a_row():
    condition = fhir.entry(fhir.condition(id=None), fullUrl="urn:uuid:abc-1")
    found = read_bundle(fhir.raw(fhir.bundle(fhir.patient(), condition)))
    assert found.compartments[0].facts["Condition"][0].source_id == "abc-1"


def test_a_byte_order_mark_is_no_reason_to_refuse():
    assert read_bundle(b"\xef\xbb\xbf" + fhir.raw(fhir.everything())).compartments


def test_an_empty_bundle_is_a_bundle():
    assert read_bundle(b'{"resourceType": "Bundle", "type": "transaction"}').compartments == ()


def test_a_number_is_never_a_float():
    raw = fhir.raw(fhir.everything()).replace(b'"value": 31', b'"value": 0.1000000000000000055')
    (fact,) = read_bundle(raw).compartments[0].facts["Observation"]
    assert str(fact.value) == "0.100000"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"\xff\xfe{", "It is not UTF-8 text (byte 0)."),
        (b'{"resourceType": "B\xe9"}', "It is not UTF-8 text (byte 19)."),
        (b'{"resourceType": "Bundle",', "It is not JSON: "),
        (b"hello", "It is not JSON: "),
        (b'{"a": "\x00"}', "It is not JSON: "),
        (b"[" * 100_000, "Its JSON is nested too deeply."),
        (b'{"a": NaN}', "It holds a number beyond all measure."),
        (b'{"a": 1e99999999999999999999}', "It holds a number beyond all measure."),
        (b'{"a": ' + b"9" * 5000 + b"}", "It holds a number beyond all measure."),
        (b"[]", "This is no FHIR bundle."),
        (b"null", "This is no FHIR bundle."),
        (b'{"resourceType": "Patient"}', "This is no FHIR bundle."),
        (b'{"resourceType": "Bundle"}', "This is no transaction bundle."),
        (b'{"resourceType": "Bundle", "type": "searchset"}', "This is no transaction bundle."),
        (
            b'{"resourceType": "Bundle", "type": "transaction", "entry": {}}',
            "Bundle.entry is not a list.",
        ),
    ],
)
def test_a_file_that_is_no_transaction_bundle_is_refused_whole(raw, reason):
    ((entry, full_url, said),) = refusals(raw)
    assert (entry, full_url) == (None, "")
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (fhir.condition(subject={"reference": "urn:uuid:p9"}), "no Patient of this bundle"),
        (fhir.condition(subject={"reference": "Patient/9"}), "no Patient of this bundle"),
        (fhir.condition(subject={"reference": "urn:uuid:x1"}), "no Patient of this bundle"),
        (fhir.condition(subject={}), "Condition.subject names nobody."),
        (fhir.condition(subject=None), "Condition.subject names nobody."),
        (fhir.condition(subject="urn:uuid:p1"), "Condition.subject is not an object."),
        (fhir.allergy(patient={"reference": 5}), "reference is not a string."),
        (fhir.coverage(beneficiary=None), "Coverage.beneficiary names nobody."),
        (fhir.condition(code={"text": "a\x00b"}), "Condition.code.text holds a character"),
        (fhir.condition(code={"text": "\ud800"}), "Condition.code.text holds a character"),
        (fhir.condition(code=None), "no text, display or code"),
        (fhir.condition(onsetDateTime="2019-02-30"), "Condition.onsetDateTime is '2019-02-30'"),
        (fhir.condition(onsetDateTime="2019-02-03T10:00:00"), "needs its offset from UTC"),
        (fhir.condition(onsetDateTime=2019), "Condition.onsetDateTime is not a string."),
        (fhir.observation(valueQuantity={"value": "31"}), "value is not a number."),
        (fhir.observation(component="x"), "Observation.component is not a list."),
        (fhir.procedure(performedPeriod={"start": "2022", "end": "2021"}), "ends before"),
        (fhir.patient("2", birthDate=None), "Patient.birthDate is missing."),
        (fhir.patient("2", name=None), "no name with both"),
        ({"resourceType": "", "id": "z"}, "Its resourceType is missing or no name."),
        ({"resourceType": "Robert'); --", "id": "z"}, "Its resourceType is missing or no name."),
        ({"id": "z"}, "Its resourceType is missing or no name."),
        ({"resourceType": ["Patient"], "id": "z"}, "resourceType is not a string."),
    ],
)
def test_a_bad_entry_is_refused_by_number_and_reason(content, reason):
    bundle = fhir.bundle(fhir.patient(), fhir.claim(), content)
    ((entry, full_url, said),) = refusals(bundle)
    assert entry == 2
    assert full_url == f"urn:uuid:{content['id']}"
    assert reason in said


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (5, "The entry is not an object."),
        (None, "The entry is not an object."),
        ({}, "It holds no resource."),
        ({"resource": {}}, "It holds no resource."),
        ({"resource": "Patient"}, "entry[1].resource is not an object."),
        ({"request": {"method": "DELETE", "url": "Patient/1"}}, "It asks for 'DELETE'"),
        ({"fullUrl": 5}, "entry[1].fullUrl is not a string."),
        ({"fullUrl": "x" * 256}, "entry[1].fullUrl is longer than 255"),
        ({"resource": fhir.condition(id="x" * 256)}, "Condition.id is longer than 255"),
    ],
)
def test_a_malformed_entry_is_refused_by_number(entry, reason):
    bundle = fhir.bundle(fhir.patient())
    bundle["entry"].append(entry)
    ((number, _, said),) = refusals(bundle)
    assert number == 1
    assert said.startswith(reason)


def test_the_same_full_url_twice_is_refused():
    bundle = fhir.bundle(fhir.patient(), fhir.claim(), fhir.claim())
    ((entry, full_url, said),) = refusals(bundle)
    assert (entry, full_url) == (2, "urn:uuid:x1")
    assert said == "The fullUrl is already that of entry 1."


def test_the_same_row_twice_is_refused():
    again = fhir.entry(fhir.condition(), fullUrl="urn:uuid:other")
    ((entry, _, said),) = refusals(fhir.bundle(fhir.patient(), fhir.condition(), again))
    assert (entry, said) == (2, "It is the same Condition as entry 1.")


def test_the_same_person_twice_is_refused():
    again = fhir.patient(id="p2")
    ((entry, _, said),) = refusals(fhir.bundle(fhir.patient(), again))
    assert (entry, said) == (1, "It is the same Patient as entry 0.")


def test_two_people_by_one_id_are_refused():
    other = fhir.entry(fhir.patient("2", id="p1"), fullUrl="urn:uuid:other")
    ((entry, _, said),) = refusals(fhir.bundle(fhir.patient(), other))
    assert (entry, said) == (1, "Patient/p1 is already entry 0.")


def test_a_fact_without_id_and_full_url_is_refused():
    nameless = {"resource": fhir.condition(id=None)}
    ((entry, _, said),) = refusals(fhir.bundle(fhir.patient(), nameless))
    assert entry == 1
    assert said.startswith("It has neither an id nor a fullUrl")


def test_every_reason_is_given_in_order_and_once():
    bundle = fhir.bundle(
        fhir.condition(code=None),
        fhir.patient(birthDate=None),
        fhir.observation(),
        fhir.allergy(clinicalStatus=fhir.status("odd")),
    )
    assert [entry for entry, _, _ in refusals(bundle)] == [0, 1, 3]


def test_a_refused_bundle_still_tells_what_was_in_it():
    with pytest.raises(BundleRefused) as refused:
        read_bundle(fhir.raw(fhir.bundle(fhir.patient(birthDate=None), fhir.claim())))
    assert refused.value.census == {"Patient": 1, "Claim": 1}


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["2011", "2011-05-09T10:00:00Z", "\x00", "\ud800", "urn:uuid:p1", "active"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(content, path=()):
    """The path of every value inside."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


ALL_PLACES = list(places(fhir.everything()))


def changed(content, path, value, *, drop=False):
    content = copy.deepcopy(content)
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return content


@given(path=st.sampled_from(ALL_PLACES), value=junk, drop=st.booleans())
def test_any_damage_is_either_understood_or_refused(path, value, drop):
    damaged = changed(fhir.everything(), path, value, drop=drop)
    try:
        read_bundle(json.dumps(damaged).encode())
    except BundleRefused as refused:
        reasons = [refusal.reason for refusal in refused.refusals]
    else:
        reasons = ["understood"]
    assert reasons
    assert all(reasons)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw):
    with pytest.raises(BundleRefused):
        read_bundle(raw)


@given(st.data())
def test_a_file_that_was_cut_off_is_refused(data):
    whole = fhir.raw(fhir.everything())
    with pytest.raises(BundleRefused):
        read_bundle(whole[: data.draw(st.integers(0, len(whole) - 1))])
