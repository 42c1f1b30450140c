"""The benchmark itself works: a small run gives every figure, and nothing is booked twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.questions import QUESTIONS
from tests.bench.web import SERVERS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.slow
def test_a_small_run_gives_every_figure_and_no_overlap():
    """A benchmark that nobody can run any more measures nothing; its speed is not tested here."""
    env = os.environ | {"DORSA_BENCH_ROWS": "5000"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench"],
        cwd=ROOT,
        env=env,
        check=False,
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    for question in QUESTIONS:
        assert run.stdout.count(f"{question.name}, p50") == len(SERVERS), question.name
    for figure in ("bookings a second", "a booking, p99", "memory of a web worker"):
        assert run.stdout.count(figure) == len(SERVERS), figure
    for server in run.stdout.split("contested: overlaps in the calendar")[1:]:
        assert server.split("|")[1].strip() == "0"
