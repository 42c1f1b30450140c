"""The demo clinic on servers of the measurement's own, as `make run` would fill it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from clinic.shared.management.texts import compile_all
from local.servers import Servers, embedded_servers

ROOT = Path(__file__).resolve().parents[2]
# In this order: each stands on those before it.
LOADED = ("load_diagnosis_codes", "load_catalogue", "load_instruments", "load_rules", "seed_demo")


@contextmanager
def demo_clinic() -> Iterator[tuple[Servers, Path]]:
    """Its servers and its folder; Django is set up on it.

    `DORSA_BENCH_KEEP` names a folder in which the clinic stays, as it is, to be measured again.
    """
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "DEMO": "true",
        "DEMO_WITHOUT_SECOND_FACTOR": "true",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "CLINIC_TIME_ZONE": "America/New_York",
        "CLINIC_STATE": "NY",
        "LOG_LEVEL": "WARNING",
    }
    os.environ.setdefault("SECRET_KEY", "bench-only-bench-only-bench-only-bench-only")
    with ExitStack() as running:
        kept = os.environ.get("DORSA_BENCH_KEEP")
        folder = Path(kept or running.enter_context(TemporaryDirectory(prefix="dorsa-bench-")))
        servers = running.enter_context(embedded_servers(data_dir=folder))
        os.environ["REDIS_URL"] = servers.redis_url
        os.environ["EMAIL_URL"] = f"file:///{folder / 'mail'}"
        _fill(servers, folder)
        os.environ["DATABASE_URL"] = servers.database_url
        import django

        django.setup()
        yield servers, folder


def _fill(servers: Servers, folder: Path) -> None:
    note = folder / "demo-is-in"
    if note.exists():
        return
    compile_all()
    _manage("migrate", "--verbosity=0", DATABASE_URL=servers.owner_url)
    walls = {"DATABASE_URL": servers.owner_url, "APP_DATABASE_URL": servers.database_url}
    _manage("build_walls", **walls)
    for command in (*LOADED, "collectstatic --noinput --verbosity=0"):
        _manage(*command.split(), DATABASE_URL=servers.database_url)
    note.touch()


def _manage(*arguments: str, **env: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    quiet = subprocess.DEVNULL if arguments[0].startswith(("load", "seed")) else None
    subprocess.run(command, cwd=ROOT, env=os.environ | env, check=True, stdout=quiet)
