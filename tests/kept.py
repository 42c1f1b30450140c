"""A copy of the migrated, empty database, kept from one run of the tests to the next.

Migrating takes longer than most runs of a few tests; reading a copy back takes seconds. A copy is
good for exactly the migrations, the requirements and the server it was made with.
"""

import os
import subprocess
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".dorsa" / "tests"
KEPT = 3


def kept_copy() -> Path:
    """Where the copy for the present state of the project is, or would be."""
    digest = sha256()
    said = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
    said += [*(ROOT / "clinic" / "shared").rglob("*.py"), *(ROOT / "requirements").glob("*.txt")]
    for file in sorted(said):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:16]}.dump"


def read_back(copy: Path, url: str, programs: Path) -> None:
    """Fill the empty database at `url` with what was kept."""
    command = [programs / "pg_restore", "--jobs=2", "--exit-on-error", f"--dbname={url}", copy]
    subprocess.run(command, check=True, capture_output=True)


def keep(url: str, copy: Path, programs: Path) -> None:
    """Keep what is in the database at `url`; several runs may do so at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = copy.with_suffix(f".{os.getpid()}")
    command = [programs / "pg_dump", "--format=custom", f"--file={unfinished}", url]
    subprocess.run(command, check=True, capture_output=True)
    unfinished.replace(copy)
    older = sorted(FOLDER.glob("*.dump"), key=lambda file: file.stat().st_mtime)[:-KEPT]
    for file in older:
        file.unlink(missing_ok=True)
