"""`manage.py import_fhir` as it is run: what it shows, which files it takes, how it ends."""

from datetime import date
from itertools import islice

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from patients.models import (
    Condition,
    Patient,
)
from tests import fhir_samples as fhir
from tests.integration.import_runs import Run, everything_here, is_read
from treatments.management import bundle_files
from treatments.management.commands import import_fhir
from treatments.models import Observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else fhir.raw(content)
            (tmp_path / f"{name}.json").write_bytes(data)
        return tmp_path

    return write


class TestCommand:
    def test_counts_and_unknown_types_are_shown(self, folder):
        run = Run(folder(a=fhir.everything("1"), b=fhir.everything("2")))
        assert run.code == 0
        assert run.out.startswith("2 bundles loaded, 0 refused.")
        assert run.counts("Patient") == [2, 0, 0, 0, 0, 0]
        assert run.counts("Observation") == [2, 0, 0, 0, 0, 0]
        assert run.counts("Claim") == [2]
        assert "%" not in run.out

    def test_again_everything_is_unchanged(self, folder):
        files = folder(a=fhir.everything("1"), b=fhir.everything("2"))
        Run(files)
        before = everything_here()
        with CaptureQueriesContext(connection) as queries:
            run = Run(files)
        assert run.code == 0
        assert run.counts("Condition") == [0, 0, 2, 0, 0, 0]
        assert everything_here() == before
        assert [q["sql"] for q in queries if not is_read(q["sql"])] == []

    def test_a_broken_bundle_is_reported_and_the_others_load(self, folder):
        broken = fhir.everything("2")
        broken["entry"][3]["resource"]["authoredOn"] = "soon"
        broken["entry"][6]["resource"]["code"] = {"text": "a\x00b"}
        run = Run(folder(a=fhir.everything("1"), b=broken, c=b"{", d=fhir.everything("3")))
        assert run.code == 1
        assert run.error == "Refused 2 of 4 bundles."
        assert set(Patient.objects.values_list("source_id", flat=True)) == {"MR-1", "MR-3"}
        assert Observation.objects.count() == 2
        assert run.counts("MedicationRequest") == [2, 0, 0, 0, 0, 1]
        lines = [line for line in run.err.splitlines() if line.startswith("refused: ")]
        assert [line.split("json: ", 1)[1] for line in lines] == [
            "entry[3] (urn:uuid:m2): MedicationRequest.authoredOn is 'soon', which is no FHIR "
            "date.",
            "entry[6] (urn:uuid:o2): Observation.code.text holds a character that no text may "
            "hold (U+0000).",
            "It is not JSON: Expecting property name enclosed in double quotes (line 1, column 2).",
        ]
        assert "/b.json: " in lines[0]

    def test_a_refusal_in_the_middle_of_writing_keeps_nothing(self, folder):
        """The second person's Condition is the first one's row: found only while writing."""
        stolen = fhir.everything("2")
        stolen["entry"].append(fhir.entry(fhir.procedure("1", "2")))
        run = Run(folder(a=fhir.everything("1"), b=stolen))
        assert run.code == 1
        assert "entry[8] (urn:uuid:d1): This Procedure is already here" in run.err
        assert Patient.objects.count() == Condition.objects.count() == 1

    @pytest.mark.parametrize("argument", ["gone.json", "empty"])
    def test_an_unusable_argument_stops_before_anything_is_read(self, folder, argument):
        files = folder(a=fhir.everything())
        (files / "empty").mkdir()
        run = Run(files / "a.json", files / argument)
        assert run.code == 2
        assert argument in run.error
        assert run.out == ""
        assert not Patient.objects.exists()

    def test_an_archive_is_read_as_well(self, tmp_path):
        archive = tmp_path / "all.tar.gz"
        fhir.write_tar(archive, {f"{n}.json": fhir.raw(fhir.everything(n)) for n in "123"})
        assert Run(archive).counts("Patient") == [3, 0, 0, 0, 0, 0]

    def test_a_likely_duplicate_is_imported_and_told(self, folder):
        here = Patient.objects.create(
            given_names="Ada", family_name="Lindgren", birth_date=date(1961, 4, 23)
        )
        here.refresh_from_db()
        run = Run(folder(a=fhir.everything()))
        assert run.code == 0
        assert Patient.objects.count() == 2
        assert f"May be the same person as record {here.record_number}." in run.err
        assert "entry[0] (urn:uuid:p1): May be" in run.err
        assert "Lindgren" not in run.err + run.out
        assert "May be" not in Run(folder(a=fhir.everything())).err

    def test_what_was_left_out_is_told(self, folder):
        run = Run(folder(a=fhir.bundle(fhir.patient(telecom=[{"system": "phone"}]))))
        assert run.code == 0
        assert "warning: " in run.err
        assert "Patient.telecom[0] is no phone one could use: left out." in run.err

    @pytest.mark.parametrize(
        ("interruption", "code", "words"),
        [
            (KeyboardInterrupt(), 130, "Interrupted."),
            (OperationalError("gone"), 1, "gave up: gone"),
        ],
    )
    def test_what_was_loaded_before_an_interruption_is_told(
        self, folder, monkeypatch, interruption, code, words
    ):
        def interrupted(sources):
            yield from islice(bundle_files.read_sources(sources), 1)
            raise interruption

        monkeypatch.setattr(import_fhir, "read_sources", interrupted)
        run = Run(folder(a=fhir.everything("1"), b=fhir.everything("2")))
        assert (run.code, run.counts("Patient")) == (code, [1, 0, 0, 0, 0, 0])
        assert words in run.error
