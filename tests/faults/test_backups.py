"""A copy that was never restored is a hope: here the scripts of `deploy/backups` save a clinic."""

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest

from local import processes
from local.servers import NOBODY, postgres, postgres_programs

SCRIPTS = Path(__file__).resolve().parents[2] / "deploy" / "backups"
WAIT_SECONDS = 30.0

pytestmark = pytest.mark.slow


@pytest.fixture
def folder():
    with TemporaryDirectory(prefix="dorsa-backups-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def environment(admin=""):
    """The bundled programs come first; `admin` is the server that they are to copy."""
    where = urlsplit(admin)
    names = {"PGHOST": where.hostname, "PGPORT": where.port, "PGUSER": where.username}
    told = {name: str(value) for name, value in (names | {"PGPASSWORD": where.password}).items()}
    path = f"{postgres_programs()}{os.pathsep}{os.environ['PATH']}"
    return os.environ | (told if admin else {}) | {"PATH": path}


def script(name, *arguments, admin=""):
    """Runs it to its end; what it did and said."""
    command = ["sh", SCRIPTS / name, *map(str, arguments)]
    env = environment(admin)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def copied(backups, admin, *arguments):
    made = script("base.sh", backups, *arguments, admin=admin)
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())


@contextmanager
def written_down(backups, admin, folder):
    """All changes are written down as they happen, for as long as the block lasts."""
    command = ["sh", SCRIPTS / "wal.sh", backups]
    log = folder / "wal.log"
    child = processes.start("wal", command, log=log, env=environment(admin), cwd=folder)
    try:
        processes.wait_until(lambda: receivers(admin), child, seconds=WAIT_SECONDS)
        yield child
    finally:
        child.stop()


def receivers(admin):
    return ask(admin, "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")


def ask(address, question):
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(question)
        return [row[0] for row in cursor] if cursor.description else []


def wait_until_it_is_written_down(admin):
    """Everything so far is on the disk of the copies as well."""
    (now,) = ask(admin, "SELECT pg_current_wal_lsn()::text")
    arrived = f"SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '{now}'"
    until = time.monotonic() + WAIT_SECONDS
    while not ask(admin, arrived):
        assert time.monotonic() < until, "the changes are not written down"
        time.sleep(0.05)


@contextmanager
def restored(backups, home, *when):
    """A server on what `restore.sh` made, with the password that the copied one had."""
    cluster = home / "postgres" / "cluster"
    cluster.parent.mkdir(parents=True)
    done = script("restore.sh", backups, cluster, *when)
    assert done.returncode == 0, done.stderr
    shutil.copy(home.parent / "clinic" / "postgres" / "password", cluster.parent)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", home, backups], check=True)
        backups.chmod(0o755)
    with postgres(home) as addresses:
        yield addresses.admin


def test_a_clinic_comes_back_as_it_was_before_the_accident(folder):
    """Somebody deletes everything at noon; the clinic wants the minute before, and gets it."""
    backups = folder / "backups"
    with postgres(folder / "clinic") as server:
        admin = server.admin
        ask(admin, "CREATE TABLE visits (told text)")
        ask(admin, "INSERT INTO visits VALUES ('before the copy')")
        copied(backups, admin)
        with written_down(backups, admin, folder):
            ask(admin, "INSERT INTO visits VALUES ('after the copy')")
            (before,) = ask(admin, "SELECT clock_timestamp()::text")
            ask(admin, "DELETE FROM visits")
            ask(admin, "INSERT INTO visits VALUES ('after the accident')")
            wait_until_it_is_written_down(admin)
    with restored(backups, folder / "then", before) as address:
        assert ask(address, "SELECT told FROM visits") == ["before the copy", "after the copy"]
        ask(address, "INSERT INTO visits VALUES ('and on it goes')")
    with restored(backups, folder / "latest") as address:
        assert ask(address, "SELECT told FROM visits") == ["after the accident"], "the control"


def test_old_copies_go_and_a_younger_one_still_restores(folder):
    """A disk that fills up with copies stops the clinic; one too few loses it."""
    backups = folder / "backups"
    with postgres(folder / "clinic") as server:
        admin = server.admin
        ask(admin, "CREATE TABLE visits (told text)")
        with written_down(backups, admin, folder):
            first = copied(backups, admin, 1)
            ask(admin, "INSERT INTO visits VALUES ('between')")
            ask(admin, "SELECT pg_switch_wal()")
            time.sleep(1.1)  # Copies are named by the second.
            second = copied(backups, admin, 1)
            ask(admin, "INSERT INTO visits VALUES ('after')")
            wait_until_it_is_written_down(admin)
    assert [path.name for path in (backups / "base").iterdir()] == [second.name] != [first.name]
    assert sorted(path.name for path in (backups / "wal").iterdir())[0] > "0" * 23 + "1"
    with restored(backups, folder / "latest") as address:
        assert ask(address, "SELECT told FROM visits") == ["between", "after"]


def test_a_damaged_copy_is_noticed_before_it_is_needed(folder):
    """The day of the restore is the wrong day to learn that a file is short."""
    backups = folder / "backups"
    with postgres(folder / "clinic") as server:
        made = copied(backups, server.admin)
    (made / "global" / "pg_control").write_bytes(b"nothing")
    checked = subprocess.run(
        ["pg_verifybackup", "--quiet", made], env=environment(), capture_output=True, check=False
    )
    assert checked.returncode != 0


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("2020-01-01 12:00:00+00", "was complete"),
        ("2026-11-21 12:00:00", "time zone"),
        ("yesterdayish+00", ""),
    ],
)
def test_a_restore_that_cannot_be_says_why_and_makes_nothing(folder, when, says):
    """At night, with a clinic waiting, a half-made directory is one trap more."""
    base = folder / "backups" / "base" / "20260101T000000Z"
    base.mkdir(parents=True)
    done = script("restore.sh", folder / "backups", folder / "new", when)
    assert done.returncode != 0
    assert says in done.stderr
    assert not (folder / "new").exists()


def test_a_restore_touches_nothing_that_exists(folder):
    """Least of all the directory of the clinic that is in trouble."""
    base = folder / "backups" / "base" / "20260101T000000Z"
    base.mkdir(parents=True)
    old = folder / "old"
    old.mkdir()
    done = script("restore.sh", folder / "backups", old)
    assert done.returncode == 1
    assert list(old.iterdir()) == []
