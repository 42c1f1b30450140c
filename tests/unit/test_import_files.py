"""The command's edges: which files are read, and what is shown about them."""

import io
from collections import Counter

import pytest
from django.core.management.base import OutputWrapper

from patients.domain.tally import Outcome, Tally
from tests.fhir_samples import write_tar
from treatments.domain.fhir import BundleRefused, Refusal
from treatments.domain.fhir.refusal import Place
from treatments.management import bundle_files
from treatments.management.bundle_files import Unusable, find_sources, read_sources
from treatments.management.import_report import ImportReport, lines_about
from treatments.management.progress import progress


class TestFindingFiles:
    def test_directories_are_searched_in_order(self, tmp_path):
        (tmp_path / "deep").mkdir()
        for name in ("b.json", "a.json", "deep/c.json", "notes.txt", ".hidden.json"):
            (tmp_path / name).touch()
        names = [p.relative_to(tmp_path).as_posix() for p in find_sources([tmp_path])]
        assert names == ["a.json", "b.json", "deep/c.json"]

    def test_a_file_given_twice_is_read_once(self, tmp_path):
        file = tmp_path / "a.json"
        file.touch()
        assert find_sources([file, tmp_path, file]) == [file]

    def test_a_path_that_is_not_there_is_unusable(self, tmp_path):
        with pytest.raises(Unusable, match="no file or directory"):
            find_sources([tmp_path / "gone"])

    def test_a_directory_without_bundles_is_unusable(self, tmp_path):
        with pytest.raises(Unusable, match=r"no \.json file"):
            find_sources([tmp_path])


class TestReadingFiles:
    def test_the_position_grows_to_the_whole(self, tmp_path):
        for name in ("a", "b"):
            (tmp_path / f"{name}.json").write_bytes(b"12345")
        assert [(f.raw, f.position) for f in read_sources(find_sources([tmp_path]))] == [
            (b"12345", 5),
            (b"12345", 10),
        ]

    def test_an_archive_is_read_file_by_file(self, tmp_path):
        archive = tmp_path / "all.tar.gz"
        write_tar(
            archive, {"x/a.json": b"1", "x/readme.txt": b"-", "._a.json": b"-", "b.json": b"2"}
        )
        found = list(read_sources([archive]))
        assert [(f.name, f.raw) for f in found] == [
            (f"{archive}/x/a.json", b"1"),
            (f"{archive}/b.json", b"2"),
        ]
        assert all(f.position <= archive.stat().st_size for f in found)

    @pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08broken"])
    def test_a_broken_archive_is_told_and_the_next_file_is_read(self, tmp_path, content):
        broken, good = tmp_path / "a.tar.gz", tmp_path / "b.json"
        broken.write_bytes(content)
        good.write_bytes(b"2")
        first, second = read_sources([broken, good])
        assert first.problem.startswith("It cannot be read: ")
        assert (second.raw, second.problem) == (b"2", "")

    def test_a_cut_off_archive_gives_what_was_whole(self, tmp_path):
        whole = tmp_path / "whole.tar.gz"
        noise = bytes(range(256)) * 400
        write_tar(whole, {"a.json": b"1", "b.json": noise})
        cut = tmp_path / "cut.tar.gz"
        cut.write_bytes(whole.read_bytes()[:-40])
        *good, last = read_sources([cut])
        assert [f.raw for f in good] == [b"1"]
        assert last.problem.startswith("It cannot be read: ")

    def test_a_file_that_vanished_is_told(self, tmp_path):
        (found,) = read_sources([tmp_path / "gone.json"])
        assert found.problem == "It cannot be read: No such file or directory."

    def test_a_file_beyond_the_limit_is_not_even_read(self, tmp_path, monkeypatch):
        monkeypatch.setattr(bundle_files, "LARGEST_BUNDLE", 3)
        (tmp_path / "a.json").write_bytes(b"1234")
        write_tar(tmp_path / "b.tar.gz", {"c.json": b"1234", "d.json": b"1"})
        found = list(read_sources([tmp_path / "a.json", tmp_path / "b.tar.gz"]))
        assert [bool(f.problem) for f in found] == [True, True, False]


class TestReport:
    def test_every_type_is_counted(self):
        report = ImportReport()
        report.load(
            Tally({("Patient", Outcome.CREATED): 1, ("Observation", Outcome.UPDATED): 1_234}),
            Counter(Patient=1, Observation=1_234, Claim=7),
        )
        report.refuse(BundleRefused([], Counter(Patient=2, Claim=1)))
        lines = "\n".join(report.table())
        rows = {line.split()[0]: line.split()[1:] for line in lines.splitlines() if line.strip()}
        assert lines.startswith("1 bundles loaded, 1 refused.")
        assert rows["Patient"] == ["1", "0", "0", "0", "0", "2"]
        assert rows["Observation"] == ["0", "1,234", "0", "0", "0", "0"]
        assert rows["Claim"] == ["8"]

    def test_a_line_names_file_entry_and_reason(self):
        refusal = Refusal(Place(3, "urn:uuid:x"), "It is odd.")
        assert list(lines_about("a.json", [refusal], label="refused")) == [
            "refused: a.json: entry[3] (urn:uuid:x): It is odd."
        ]

    def test_many_lines_are_cut_short_and_say_so(self):
        lines = list(lines_about("a.json", [Refusal(Place(), "Odd.")] * 25, label="refused"))
        assert len(lines) == 21
        assert lines[-1] == "refused: a.json: and 5 more."

    def test_what_could_steer_a_terminal_is_not_printed(self):
        (line,) = lines_about("\x1b[2Ja\n.json", [Refusal(Place(), "\u202eodd")], label="warning")
        assert line == "warning: ?[2Ja?.json: ?odd"


class TestProgress:
    def test_without_a_terminal_there_is_a_line_for_every_tenth(self):
        written = io.StringIO()
        with progress(OutputWrapper(written), 1000) as shown:
            for position in range(0, 1001, 10):
                shown.reach(position, "x")
            shown.line("a line")
        lines = written.getvalue().splitlines()
        assert lines[0] == " 10 %  x"
        assert lines[-2:] == ["100 %  x", "a line"]
        assert len(lines) == 11

    def test_on_a_terminal_there_is_a_bar(self, capsys, monkeypatch):
        monkeypatch.setenv("FORCE_COLOR", "1")
        terminal = io.StringIO()
        terminal.isatty = lambda: True
        with progress(OutputWrapper(terminal), 0) as shown:
            shown.reach(0, "3 bundles loaded")
            shown.line("[bold]a line[/bold]")
        captured = capsys.readouterr()
        assert captured.out == terminal.getvalue() == ""
        assert "3 bundles loaded" in captured.err
        assert "[bold]a line[/bold]" in captured.err
