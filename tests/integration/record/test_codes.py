"""Codes: the diagnoses everybody may use, and what a clinic is licensed to use."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from tests.builders import make_user
from tests.record_builders import make_diagnosis_codes, shipped_catalogue
from treatments.actions.codes import load_diagnosis_codes
from treatments.domain.diagnosis_codes import Code, typed_code, typed_words
from treatments.management.diagnosis_files import edition, shipped_codes
from treatments.models import CatalogueCode, DiagnosisCode
from treatments.queries.diagnosis_codes import search

pytestmark = pytest.mark.django_db


def load(*codes):
    return load_diagnosis_codes(codes=lambda: codes, by=None, now=timezone.now())


def found(text, viewer=None):
    return [row.code for row in search(viewer or make_user(Role.PHYSICIAN), text)]


def test_loading_again_changes_nothing_and_an_edition_changes_what_it_changes():
    """An update of the package is loaded into a clinic that has written diagnoses."""
    whole, part = (
        Code("M54", "Dorsalgia", False),
        Code("M54.6", "Pain in thoracic spine", True, "M54"),
    )
    first = load(whole, part)
    assert (first.added, first.changed, first.removed, first.unchanged) == (2, 0, 0, 0)
    again = load(whole, part)
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 2)
    renamed = Code("M54.60", "Pain in thoracic spine, so far", True, "M54")
    later = load(Code("M54", "Back pain", False), renamed)
    assert (later.added, later.changed, later.removed) == (1, 1, 1)
    gone = DiagnosisCode.objects.get(pk="M54.6")
    assert not gone.is_billable, "it stays for what was written, and is offered no more"
    assert DiagnosisCode.objects.get(pk="M54.60").parent_id == "M54"


def test_an_empty_edition_takes_nothing_away():
    """A package whose files moved would otherwise retire every diagnosis."""
    load(Code("M54", "Dorsalgia", True))
    with pytest.raises(Invalid):
        load()
    assert DiagnosisCode.objects.get().is_billable


def test_the_package_has_what_a_spine_clinic_needs():
    """The reader depends on another's package; its data may change shape."""
    codes = {code.code: code for code in shipped_codes()}
    assert len(codes) > 90_000
    assert codes["M54.50"] == Code("M54.50", "Low back pain, unspecified", True, "M54.5")
    assert not codes["M54"].is_billable
    assert codes["M54"].parent == ""
    assert codes["M80.08XA"].is_billable
    assert any(sign.isdigit() for sign in edition())
    assert all(code.parent in codes for code in codes.values() if code.parent)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("m54", "M54"), ("m5450", "M54.50"), ("M54.", "M54"), ("M80.08XA", "M80.08XA"), ("m5", "M5")],
)
def test_a_code_is_known_however_it_is_typed(typed, meant):
    """Nobody types the dot."""
    assert typed_code(typed) == meant


@pytest.mark.parametrize("text", ["", "x", "?", "low back", "M", "L5 root", "' OR 1=1 --", "\x00"])
def test_words_are_no_code(text):
    """Words are looked for as words."""
    assert typed_code(text) == ""
    assert len(typed_words(text)) <= 8


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("m5416", "M54.16"),
        ("lumbar radiculopathy", "M54.16"),
        ("RADICULOPATHY lumbar", "M54.16"),
        ("lumbr radiculopaty", "M54.16"),
        ("sténosis", "M48.062"),
        ("herniation lumbar", None),
        ("disc herniation", "M51.26"),
        ("slipped disc", "M51.26"),
        ("hernia de disco", "M51.26"),
        ("low back", "M54.50"),
        ("diabetes", "E11.9"),
    ],
)
def test_codes_are_found_by_code_by_words_and_in_spite_of_slips(typed, first):
    """A physician types what comes to mind, in a hurry."""
    shipped_catalogue()
    make_diagnosis_codes()
    assert found(typed)[:1] == ([first] if first else [])


def test_the_spine_comes_first_and_headings_are_not_offered():
    """The same word means other things elsewhere; and a heading says no diagnosis."""
    make_diagnosis_codes()
    assert found("stenosis")[:2] == ["M48.062", "M48.061"]
    assert "I35.0" in found("stenosis")
    assert "M54" not in found("m54")
    assert found("no such illness at all") == []
    assert found("") == []
    assert found("%_\x00") == []


def test_only_who_reads_charts_looks_up_diagnoses():
    """The desk has no use for them."""
    for role in (Role.FRONT_DESK, Role.MANAGER, Role.PATIENT):
        with pytest.raises(NotAllowed):
            found("M54", make_user(role))


def given(tmp_path, text):
    path = tmp_path / "codes.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


HEAD = "entry,system,code,display,region,approach,purpose\n"
GOOD = HEAD + (
    "epidural-steroid-injection,urn:our-payer,AAA1,Neck,cervical,interlaminar,\n"
    "epidural-steroid-injection,urn:our-payer,AAA2,Low back,lumbar,interlaminar,\n"
    "medial-branch-block,urn:our-payer,BBB1,,,,diagnostic\n"
)


def test_a_clinic_attaches_its_codes_and_replaces_them(tmp_path, capsys):
    """The file is the truth about its code systems, so that a mistake can be taken back."""
    shipped_catalogue()
    call_command("load_codes", given(tmp_path, GOOD))
    assert "3 new" in capsys.readouterr().out
    row = CatalogueCode.objects.get(code="AAA1")
    assert row.condition == {"region": "cervical", "approach": "interlaminar"}
    call_command("load_codes", given(tmp_path, "\ufeff" + GOOD))
    assert "0 new, 0 changed, 0 taken off, 3 as before" in capsys.readouterr().out
    call_command(
        "load_codes", given(tmp_path, GOOD.replace("Neck", "The neck").replace("BBB1", "BBB2"))
    )
    assert "1 new, 1 changed, 1 taken off, 1 as before" in capsys.readouterr().out
    other = "entry,system,code\nnsaid,urn:other,X1\n"
    call_command("load_codes", given(tmp_path, other))
    assert CatalogueCode.objects.count() == 4, "another system is left alone"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + "nothing-here,urn:x,C1,,,,\n", "Line 5: the catalogue has no entry “nothing-here”"),
        (GOOD + "nsaid,urn:x,,,,,\n", "Line 5: code is missing"),
        (
            GOOD + "kyphoplasty,urn:x,C1,,cervical,,\n",
            "Line 5: kyphoplasty has no region “cervical”",
        ),
        (GOOD + "kyphoplasty,urn:x,C1,,,caudal,\n", "Line 5: kyphoplasty has no approach “caudal”"),
        (GOOD + GOOD.splitlines()[1] + "\n", "Line 5: the same as line 2"),
        (GOOD + "nsaid,urn:x,C1,,,,,,,\n", "Line 5: there are more values than columns"),
        ("entry,system\nnsaid,x\n", "Line 1: the column code is missing"),
        ("entry,system,code,price\nnsaid,x,y,1\n", "Line 1: “price”"),
        ("", "Line 1: the column entry is missing"),
        (HEAD + f"nsaid,urn:x,{'9' * 400},,,,\n", "Line 2: code is longer"),
        (HEAD + "nsaid,urn:x,A\x07,,,,\n", "Line 2: code has signs that cannot be printed"),
        (HEAD + '"nsaid,urn:x,A', "The file is not CSV"),
    ],
)
def test_a_file_with_a_mistake_loads_nothing_and_names_the_line(tmp_path, text, sentence):
    """Half a file of codes would bill half of the work."""
    shipped_catalogue()
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("load_codes", given(tmp_path, text))
    assert "Nothing was loaded" in str(refused.value)
    assert not CatalogueCode.objects.exists()


def test_a_file_that_is_none_is_refused(tmp_path):
    """Somebody gives the path of a spreadsheet."""
    sheet = tmp_path / "codes.xlsx"
    sheet.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    for path in (sheet, tmp_path / "missing.csv", tmp_path):
        with pytest.raises(CommandError, match="Nothing was loaded"):
            call_command("load_codes", str(path))
