"""`make bench`: builds the clinic, measures it, prints our figures beside those of raw SQL.

`DORSA_BENCH_ROWS` is the number of reservations (1,000,000). `DORSA_BENCH_KEEP` names a folder in
which the built clinic stays, so that it can be measured again without being built again.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from local.servers import Servers, embedded_servers
from tests.bench import sizes

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """One run from nothing to the table; 1 if anything was double-booked or answered with 5xx."""
    began = time.monotonic()
    # The measured servers are this run's own, whatever else is running here.
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {"DEMO": "true", "DEMO_WITHOUT_SECOND_FACTOR": "true"}
    os.environ.setdefault("SECRET_KEY", "bench-only-bench-only-bench-only-bench-only")
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    size = sizes.asked_for()
    with ExitStack() as running:
        kept = os.environ.get("DORSA_BENCH_KEEP")
        folder = Path(kept or running.enter_context(TemporaryDirectory(prefix="dorsa-bench-")))
        servers = running.enter_context(embedded_servers(data_dir=folder))
        built = _built(servers, size, folder)
        from tests.bench.measure import measure

        outcome = measure(servers.database_url, servers.admin_url, built, size, folder)
    print(outcome.text)
    print(f"\n{time.monotonic() - began:.0f} s in all.")
    return 0 if outcome.is_sound else 1


def _built(servers: Servers, size: sizes.Size, folder: Path):
    """The clinic in this folder, as it was left or as it is built now."""
    note = folder / "clinic.json"
    if not note.exists():
        _manage("migrate", "--verbosity=0", DATABASE_URL=servers.owner_url)
        os.environ["APP_DATABASE_URL"] = servers.database_url
        _manage("build_walls", DATABASE_URL=servers.owner_url)
    _manage("collectstatic", "--noinput", "--verbosity=0", DATABASE_URL=servers.database_url)
    os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    import django

    django.setup()
    from tests.bench.clinic import Built, as_json, build

    if note.exists():
        return Built(**json.loads(note.read_text()))
    print(f"Building {size.rows:,} reservations …", flush=True)
    began = time.monotonic()
    built = build(servers.admin_url, size)
    print(f"Built in {time.monotonic() - began:.0f} s.", flush=True)
    note.write_text(json.dumps(as_json(built)))
    return built


def _manage(*arguments: str, **env: str) -> None:
    told = {"REDIS_URL": "redis://127.0.0.1:1/0"} | env
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | told, check=True)


if __name__ == "__main__":
    sys.exit(main())
