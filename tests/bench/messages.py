"""How fast due messages go out: `python -m tests.bench.messages [messages] [--smtp]`.

So many due reminders (100,000) are handed to a local sink by one real worker process: text messages
to files, or with `--smtp` e-mails to a mail server in this process. The promise is 500 a second in
flat memory, and 5 ms for a tick that finds nothing.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from local.servers import embedded_servers

MESSAGES = 100_000
ROOT = Path(__file__).resolve().parents[2]

_FILL = """
INSERT INTO messaging_message
    (kind, status, channel, language, about, patient_id, to_name, to_address, subject, body,
     dedupe_key, due_at, valid_until, attempts, last_error)
SELECT 'appointment_reminder', 'due', %(channel)s, 'en', 'appointment:' || n, uuidv7(), 'Ana',
       CASE %(channel)s WHEN 'sms' THEN '+1512' || (5550000 + n)
                        ELSE 'ana' || n || '@example.org' END,
       'Your visit', 'Your visit is tomorrow at 10:30 a.m. Reply YES to confirm.',
       'bench:' || n, now() - interval '1 minute', now() + interval '1 day', 0, ''
FROM generate_series(1, %(count)s) n
"""

# What the worker does at each tick, until a tick finds nothing; then ticks that find nothing.
_WORKER = """
import json, os, resource, sys, time
import django
django.setup()
from clinic.messaging.delivery import deliver
from clinic.messaging.models import Channel
channel, samples, total = Channel(sys.argv[1]), [], 0
began = time.perf_counter()
while True:
    count = deliver(channel)
    total += count
    samples.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    if not count:
        break
seconds = time.perf_counter() - began
empty = []
for _tick in range(200):
    start = time.perf_counter()
    deliver(channel)
    empty.append((time.perf_counter() - start) * 1000)
empty.sort()
print(json.dumps({"sent": total, "seconds": seconds, "memory": samples,
                  "empty_ms": empty[len(empty) // 2], "empty_p95_ms": empty[190]}))
"""


def main() -> int:
    """Fill, deliver, and print the figures; 1 if a message was lost or doubled."""
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    count = int(numbers[0]) if numbers else MESSAGES
    channel = "email" if "--smtp" in sys.argv else "sms"
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory(prefix="dorsa-bench-")))
        servers = running.enter_context(embedded_servers(data_dir=folder))
        sink = _mail_sink(running) if channel == "email" else folder / "sms"
        env = os.environ | {
            "DEMO": "true",
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "SECRET_KEY": "bench-only-bench-only-bench-only-bench-only",
            "DATABASE_URL": servers.admin_url,
            "REDIS_URL": servers.redis_url,
            "SMS_URL": f"file://{folder / 'sms'}",
            "LOG_LEVEL": "WARNING",
        }
        if channel == "email":
            env["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        _manage(env, "migrate", "--verbosity=0")
        _fill(servers.admin_url, channel, count)
        told = subprocess.run(
            [sys.executable, "-c", _WORKER, channel],
            env=env,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        found = json.loads(told.splitlines()[-1])
        taken = len(sink.ids) if channel == "email" else len(list(sink.iterdir()))
        doubled = sink.count - taken if channel == "email" else found["sent"] - taken
    _report(channel, count, found, taken, doubled)
    return 0 if taken == count and not doubled else 1


def _report(channel, count, found, taken, doubled):
    memory = found["memory"]
    print(f"{count} due by {channel}: {count / found['seconds']:.0f} a second, one worker")
    print(f"lost {count - taken}, doubled {doubled}")
    print(f"memory {memory[0]} MB after the first task, {memory[-1]} MB after the last")
    print(
        f"a tick that finds nothing: {found['empty_ms']:.1f} ms, p95 {found['empty_p95_ms']:.1f} ms"
    )


def _fill(url, channel, count):
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FILL, {"channel": channel, "count": count})
        connection.execute("VACUUM ANALYZE messaging_message")


def _mail_sink(running):
    from aiosmtpd.controller import Controller

    from local.ports import any_free_port

    class Sink:
        def __init__(self):
            self.ids, self.count = set(), 0

        async def handle_DATA(self, server, session, envelope):
            head = envelope.content.partition(b"\r\n\r\n")[0]
            line = next(row for row in head.split(b"\r\n") if row.lower().startswith(b"message-id"))
            self.ids.add(line)
            self.count += 1
            return "250 OK"

    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=any_free_port())
    controller.start()
    running.callback(controller.stop)
    sink.port = controller.port
    return sink


def _manage(env, *words):
    subprocess.run([sys.executable, "manage.py", *words], env=env, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
