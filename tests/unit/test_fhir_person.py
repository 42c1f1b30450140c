"""A Patient: who it is across exports, how they are called, how they are reached."""

from datetime import date

import pytest

from patients.domain.fhir import FhirError, Node, Resource, read_person
from patients.domain.fhir.contact import Contact, PostalAddress
from tests.fhir_samples import HOSPITAL, patient

RECORD = {"type": {"coding": [{"code": "MR"}]}, "system": HOSPITAL, "value": "MR-1"}
UNTYPED = {"system": "urn:example:registry", "value": "77"}
SECRET = {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-0000"}
LICENCE = {"type": {"coding": [{"code": "DL"}]}, "system": "urn:example:dmv", "value": "S1"}


def read(content, *, full_url="urn:uuid:p1"):
    resource = Resource(Node(content, "Patient"), content.get("id", ""), lambda reference: None)
    return read_person(resource, full_url=full_url)


def test_a_person_is_translated_whole():
    person = read(patient())
    assert (person.source, person.source_id) == (HOSPITAL, "MR-1")
    assert (person.given_names, person.family_name) == ("Ada Maria", "Lindgren")
    assert person.other_names == "Okafor"
    assert person.birth_date == date(1961, 4, 23)
    assert (person.gender, person.language) == ("female", "es")
    assert person.deceased_date is None
    assert person.contacts == (Contact("phone", "mobile", "555-201-0001", "15552010001", 1),)
    assert person.addresses == (PostalAddress("1 Quay", "Salem", "MA", "01970", ""),)
    assert person.notes == ()


class TestIdentity:
    def identity(self, *identifiers, full_url="urn:uuid:p1", **changes):
        person = read(patient(identifier=list(identifiers), **changes), full_url=full_url)
        return person.source, person.source_id

    def test_a_record_number_counts_first_wherever_it_is_listed(self):
        for listed in (
            [RECORD, UNTYPED, SECRET],
            [SECRET, UNTYPED, RECORD],
        ):
            assert self.identity(*listed) == (HOSPITAL, "MR-1")

    def test_of_two_record_numbers_the_order_does_not_decide(self):
        other = {**RECORD, "system": "urn:example:another", "value": "9"}
        assert self.identity(RECORD, other) == self.identity(other, RECORD)

    def test_an_untyped_identifier_is_better_than_a_resource_id(self):
        assert self.identity(UNTYPED) == ("urn:example:registry", "77")

    @pytest.mark.parametrize(
        "unfit",
        [
            SECRET,
            {**SECRET, "system": "urn:oid:2.16.840.1.113883.4.1"},
            {**SECRET, "system": "urn:oid:2.16.840.1.113883.4.3.25"},
            LICENCE,
            {"type": {"text": "Passport"}, "system": "urn:example:state", "value": "X"},
            {**RECORD, "use": "old"},
            {**RECORD, "use": "temp"},
            {"type": RECORD["type"], "value": "MR-1"},
            {"type": RECORD["type"], "system": HOSPITAL},
        ],
    )
    def test_personal_papers_and_old_numbers_name_nobody(self, unfit):
        assert self.identity(unfit) == ("fhir", "p1")

    def test_a_resource_id_belongs_to_its_server(self):
        address = "https://ehr.example/fhir/Patient/p1"
        assert self.identity(full_url=address) == ("https://ehr.example/fhir", "p1")

    def test_without_any_there_is_no_import(self):
        with pytest.raises(FhirError, match="no identifier"):
            self.identity(id="")

    def test_an_endless_identifier_is_refused(self):
        with pytest.raises(FhirError, match=r"identifier\[0\]\.value is longer than 255"):
            self.identity({**RECORD, "value": "x" * 256})


class TestNames:
    def name(self, *names):
        person = read(patient(name=list(names)))
        return person.given_names, person.family_name, person.other_names

    def test_the_official_name_comes_first_wherever_it_is_listed(self):
        maiden = {"use": "maiden", "family": "Okafor", "given": ["Ada"]}
        official = {"use": "official", "family": "Lindgren", "given": ["Ada"]}
        assert self.name(maiden, official) == ("Ada", "Lindgren", "Okafor")

    def test_without_an_official_one_the_usual_one_serves(self):
        old = {"use": "old", "family": "Okafor", "given": ["Ada"]}
        usual = {"use": "usual", "family": "Lindgren", "given": ["Ada"]}
        nick = {"use": "nickname", "given": ["Addie"]}
        assert self.name(old, nick, usual) == ("Ada", "Lindgren", "Okafor, Addie")

    def test_names_are_kept_as_they_are(self):
        assert self.name({"family": "O'Hara-Núñez", "given": ["José 2nd"]}) == (
            "José 2nd",
            "O'Hara-Núñez",
            "",
        )

    def test_spaces_and_lines_inside_a_name_become_one_space(self):
        assert self.name({"family": " de \n la  Cruz ", "given": ["Ana "]})[1] == "de la Cruz"

    def test_another_name_may_be_told_in_words_only(self):
        official = {"use": "official", "family": "Lindgren", "given": ["Ada"]}
        assert self.name(official, {"text": "Ada the Elder"})[2] == "Ada the Elder"

    @pytest.mark.parametrize(
        "names",
        [[], [{"family": "Lindgren"}], [{"given": ["Ada"]}], [{"text": "Ada Lindgren"}]],
    )
    def test_a_person_without_a_whole_name_is_refused(self, names):
        with pytest.raises(FhirError, match="no name with both"):
            read(patient(name=names))

    def test_a_name_too_long_is_refused(self):
        with pytest.raises(FhirError, match="longer than 150"):
            self.name({"family": "x" * 151, "given": ["Ada"]})
        with pytest.raises(FhirError, match="longer than 150"):
            self.name({"family": "x", "given": ["Ada"] * 40})

    def test_other_names_that_do_not_fit_are_noted(self):
        others = [{"use": "old", "family": letter * 140, "given": ["Ada"]} for letter in "xyz"]
        person = read(patient(name=[{"family": "Lindgren", "given": ["Ada"]}, *others]))
        assert person.other_names == f"{'x' * 140}, {'y' * 140}"
        assert len(person.notes) == 1


class TestContacts:
    def contacts(self, *telecom):
        return read(patient(telecom=list(telecom))).contacts

    def test_rank_decides_the_order_and_then_the_list(self):
        found = self.contacts(
            {"system": "phone", "value": "555-201-0001"},
            {"system": "email", "value": "ada@example.org"},
            {"system": "sms", "value": "555-201-0002", "rank": 1},
        )
        assert [(c.system, c.use, c.value, c.rank) for c in found] == [
            ("phone", "mobile", "555-201-0002", 1),
            ("phone", "home", "555-201-0001", 2),
            ("email", "home", "ada@example.org", 3),
        ]

    def test_what_a_clinic_cannot_use_is_passed_over(self):
        assert (
            self.contacts(
                {"system": "fax", "value": "555-201-0001"},
                {"system": "url", "value": "https://example.org"},
                {"system": "phone", "value": "555-201-0001", "use": "old"},
            )
            == ()
        )

    def test_the_same_twice_is_once(self):
        phone = {"system": "phone", "value": "tel:+15552010001"}
        assert [c.value for c in self.contacts(phone, phone)] == ["+15552010001"]

    @pytest.mark.parametrize(
        "telecom",
        [
            {"system": "phone", "value": "none"},
            {"system": "phone"},
            {"system": "email", "value": "?"},
        ],
    )
    def test_what_is_no_contact_is_left_out_and_noted(self, telecom):
        person = read(patient(telecom=[telecom]))
        assert person.contacts == ()
        assert "left out" in person.notes[0]

    def test_old_and_empty_addresses_are_left_out(self):
        listed = [{"city": "Salem", "use": "old"}, {}, {"city": "Lynn"}, {"city": "Lynn"}]
        assert [a.city for a in read(patient(address=listed)).addresses] == ["Lynn"]

    def test_lines_are_joined(self):
        assert read(patient(address=[{"line": ["1 Quay", "Flat 2"]}])).addresses[0].line == (
            "1 Quay, Flat 2"
        )


@pytest.mark.parametrize(
    ("birth_date", "reason"),
    [
        (None, "birthDate is missing"),
        ("1961", "names no day"),
        ("1961-04", "names no day"),
        ("1961-02-30", "birthDate is '1961-02-30'"),
        ("1879-12-31", "before 1880"),
        (1961, "not a string"),
    ],
)
def test_a_birth_date_must_name_a_day(birth_date, reason):
    with pytest.raises(FhirError, match=reason):
        read(patient(birthDate=birth_date))


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ([], "en"),
        (["es"], "es"),
        (["ES-us"], "es"),
        (["en-US"], "en"),
        (["pt"], "en"),
        (["est"], "en"),
        (["en", "es"], "en"),
    ],
)
def test_spanish_is_spoken_to_those_who_speak_it(spoken, language):
    communication = [{"language": {"coding": [{"code": code}]}} for code in spoken]
    assert read(patient(communication=communication)).language == language


def test_the_preferred_language_counts():
    english = {"language": {"coding": [{"code": "en"}]}}
    spanish = {"language": {"coding": [{"code": "es"}]}, "preferred": True}
    assert read(patient(communication=[english, spanish])).language == "es"


@pytest.mark.parametrize(("said", "kept"), [("male", "male"), ("?", "unknown"), (None, "unknown")])
def test_an_unknown_gender_is_unknown(said, kept):
    assert read(patient(gender=said)).gender == kept


class TestDeath:
    @pytest.mark.parametrize(
        ("died", "kept"),
        [
            ("2019-08-07T01:00:00+02:00", date(2019, 8, 7)),
            ("2019", date(2019, 1, 1)),
            ("1961", date(1961, 4, 23)),
        ],
    )
    def test_its_first_possible_day_is_kept(self, died, kept):
        assert read(patient(deceasedDateTime=died)).deceased_date == kept

    def test_before_birth_is_refused(self):
        with pytest.raises(FhirError, match="before the birth"):
            read(patient(deceasedDateTime="1960"))

    def test_without_a_date_it_is_noted(self):
        person = read(patient(deceasedBoolean=True))
        assert person.deceased_date is None
        assert "Has died" in person.notes[0]
        assert read(patient(deceasedBoolean=False)).notes == ()
