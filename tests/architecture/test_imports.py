"""Imports go one way down: the real tree keeps the contracts, and a broken copy does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.rules import CODE, ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_tree_keeps_the_contracts():
    """An import the other way ties two apps together for good."""
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("patients/queries/people.py", "import scheduling.models", "One way down"),
        ("clinic/shared/errors.py", "import clinic.accounts.roles", "One way down"),
        ("patients/models/patient.py", "import patients.actions.register", "Inside an app"),
        ("scheduling/queries/board.py", "import scheduling.pages.desk", "Inside an app"),
        ("scheduling/domain/slots.py", "import django", "The domain is pure"),
        ("treatments/domain/fhir/__init__.py", "import clinic.shared.errors", "The domain is pure"),
    ],
)
def test_an_import_the_wrong_way_fails_the_build(tmp_path, module, line, contract):
    """The contract is worth what it refuses."""
    for name in CODE:
        ignored = shutil.ignore_patterns("static", "templates", "__pycache__", "migrations")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / module
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(contract in row for row in broken) or contract in result.stdout.split("Broken")[-1]
