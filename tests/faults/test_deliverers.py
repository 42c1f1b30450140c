"""Several deliverers at once, and one that is killed: nobody is told twice, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNT = 400

FILL = """
INSERT INTO messaging_message
    (kind, status, channel, language, about, to_name, to_address, subject, body, dedupe_key,
     due_at, attempts, last_error)
SELECT 'appointment_reminder', 'due', 'sms', 'en', 'appointment:' || n, 'Ana',
       '+1512' || (5550000 + n), 'Your visit', 'Tomorrow', 'race:' || n, now(), 0, ''
FROM generate_series(1, %s) n
"""

# Notes each hand-over. The clock can be set forward, so that a dead worker's claims run out.
DELIVER = """
import os, sys, time
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from clinic.messaging import delivery
from clinic.messaging.models import Channel, Message
class Carrier:
    def __init__(self):
        self.note = open(sys.argv[1], "a")
    def send(self, message, *, may_be_out):
        self.note.write(f"{message.pk} {int(may_be_out)}\\n"); self.note.flush()
        time.sleep(0.004)
        return f"taken-{message.pk}"
    def close(self):
        pass
class Clock:
    def now(self):
        return timezone.now() + timedelta(seconds=int(sys.argv[2]))
carrier = Carrier()
delivery.gateway_of = lambda channel: carrier
delivery.timezone = Clock()
while Message.objects.filter(status="due").exists():
    if not delivery.deliver(Channel.SMS):
        time.sleep(0.05)
"""


def deliverer(scratch_url, note, later=0):
    env = os.environ | {"DATABASE_URL": scratch_url, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    command = [sys.executable, "-c", DELIVER, str(note), str(later)]
    return subprocess.Popen(command, env=env, cwd=ROOT)


def handed_over(*notes):
    lines = [line for note in notes if note.exists() for line in note.read_text().splitlines()]
    return [tuple(map(int, line.split())) for line in lines if len(line.split()) == 2]


def fill(scratch_url):
    with psycopg.connect(scratch_url, autocommit=True) as connection:
        connection.execute(FILL, [COUNT])


def statuses(scratch_url):
    with psycopg.connect(scratch_url) as connection:
        rows = connection.execute("SELECT status, count(*) FROM messaging_message GROUP BY status")
        return dict(rows.fetchall())


@pytest.mark.slow
def test_three_deliverers_tell_everybody_once(scratch_url, tmp_path):
    """Beats and workers may be doubled by mistake; people must not notice."""
    fill(scratch_url)
    notes = [tmp_path / str(n) for n in range(3)]
    running = [deliverer(scratch_url, note) for note in notes]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    told = [pk for pk, _may_be_out in handed_over(*notes)]
    assert len(told) == len(set(told)) == COUNT
    assert statuses(scratch_url) == {"sent": COUNT}


@pytest.mark.slow
def test_a_killed_deliverer_loses_nothing_and_leaves_a_tenth_of_a_second(scratch_url, tmp_path):
    """What may be out already is handed over with that word, so that the carrier can look."""
    fill(scratch_url)
    first, second = tmp_path / "first", tmp_path / "second"
    victim = deliverer(scratch_url, first)
    while len(handed_over(first)) < COUNT // 4:
        assert victim.poll() is None
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert deliverer(scratch_url, second, later=60).wait(timeout=120) == 0
    before, after = dict(handed_over(first)), dict(handed_over(second))
    assert statuses(scratch_url) == {"sent": COUNT}
    assert set(before) | set(after) == set(range(1, COUNT + 1)), "lost"
    twice = set(before) & set(after)
    assert all(after[pk] for pk in twice), "each copy says that it may be one"
    # 0.1 s at 4 ms each, and the time of one glance.
    print(json.dumps({"handed over": len(before | after), "again": len(twice)}))
    assert len(twice) <= 30
