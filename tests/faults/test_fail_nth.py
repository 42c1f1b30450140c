"""Whichever statement of whichever action fails, nothing stays half written, and the retry works.

The tests that are run below are the clinic's own; `nth.py` makes the actions that they call fail at
their first statement, their second, and so on, and looks at every table after each failure.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from clinic.accounts.models import Team
from tests.faults.nth import until_it_passes
from tests.faults.nth_portal import PORTAL
from tests.faults.nth_table import SEEN
from tests.faults.portal_actions import called_by_pages
from tests.servers import server_url

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def each_statement_fails(tests, tmp_path):
    """What the harness saw of each action, by its name; the tests themselves must be green."""
    report = tmp_path / "seen.json"
    env = os.environ | {
        "DATABASE_URL": server_url(f"nth_{uuid4().hex[:8]}"),
        "DORSA_NTH_REPORT": str(report),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.faults.nth"]
    command += ["-p", "no:cacheprovider", "--timeout", "900", *tests]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:]
    found = json.loads(report.read_text())
    return {name.rpartition(".")[2]: seen for name, seen in found.items()}


def told(table):
    """The names of the actions in a table."""
    return {name for tests in table.values() for names in tests.values() for name in names.split()}


@pytest.mark.long
def test_no_action_leaves_anything_half_written(tmp_path):
    """The power may go at any moment: in the middle of a booking, a signature, a merge."""
    look_at({f"integration/{file}": names for file, names in SEEN.items()}, tmp_path)


@pytest.mark.long
def test_nothing_that_people_do_at_home_is_half_done(tmp_path):
    """Half a booking, half a diary, half a way in: nobody stands beside a phone to mend it."""
    look_at(PORTAL, tmp_path)


def test_whatever_people_can_press_at_home_is_in_the_tables():
    """A button of the portal that nobody adds here would be the one that writes by half."""
    pressed = called_by_pages("patient", "public")
    assert len(pressed) > 40
    assert pressed - told(SEEN) - told(PORTAL) == set()


def look_at(table, tmp_path):
    tests = [f"tests/{file}::{test}" for file, names in table.items() for test in names]
    wanted = told(table)
    seen = each_statement_fails(tests, tmp_path)
    assert wanted <= set(seen), sorted(wanted - set(seen))
    failures = sum(action["failures"] for action in seen.values())
    print(f"{len(seen)} actions, {failures} statements failed, nothing half written")
    assert all(action["failures"] >= action["statements"] - 20 for action in seen.values())


@pytest.mark.django_db(transaction=True)
def test_what_is_no_single_transaction_is_found_out():
    """The positive control: the second row fails, and the first one stays."""

    def open_two_teams():
        Team.objects.create(name="one")
        Team.objects.create(name="two")

    with pytest.raises(AssertionError, match=r"left .*accounts_team"):
        until_it_passes("two teams", open_two_teams)
