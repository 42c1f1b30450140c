"""`make run`: servers, migrations, the demo clinic, web, worker and beat, until Ctrl-C."""

import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from clinic.shared.management.texts import compile_all
from local import processes
from local.ports import free_port, is_free
from local.servers import Servers, embedded_servers

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".dorsa"
ADDRESSES = DATA / "servers.json"
WEB_SECONDS = 60.0


class Stop(Exception):
    """Somebody asked us to end."""


def main() -> int:
    """Run the clinic until somebody asks to stop; returns the exit code."""
    with ExitStack() as running:
        if not running.enter_context(only_one()):
            return _say("The clinic is already running from this folder.", error=True)
        try:
            _stop_on_signals()
            _run(running)
        except Stop:
            # From here on a second Ctrl-C must not leave anything behind.
            _ignore_signals()
            _say("\nStopping …")
        except (processes.ProcessDied, TimeoutError, RuntimeError, OSError) as error:
            _ignore_signals()
            return _say(str(error), error=True)
    return 0


def _run(running: ExitStack) -> NoReturn:
    started = time.monotonic()
    _say("Starting PostgreSQL and Valkey …")
    servers = running.enter_context(embedded_servers(data_dir=DATA))
    port = _web_port()
    env, owner = environment(servers, port), environment(servers, port, as_owner=True)
    _remember(servers, running)
    compile_all()
    _say("Preparing the database …")
    _manage("migrate", "--verbosity=0", env=owner)
    if servers.owner_url != servers.database_url:
        _manage("build_walls", env=owner)
    # A hundred thousand codes take as long as all the rest: they come in beside it.
    load: list[str | Path] = [
        sys.executable,
        ROOT / "manage.py",
        "load_diagnosis_codes",
        "--if-empty",
    ]
    codes = _start(running, "diagnosis-codes", load, env)
    _manage("load_catalogue", env=env)
    _manage("load_instruments", env=env)
    _manage("load_rules", env=env)
    _manage("collectstatic", "--noinput", "--verbosity=0", env=env)
    codes.finish()
    logins = _manage("seed_demo", env=env)
    children = [_start(running, name, command, env) for name, command in _services(port).items()]
    address = f"http://127.0.0.1:{port}"
    processes.wait_until(lambda: _is_healthy(address), children[0], seconds=WEB_SECONDS)
    _say(_banner(address, logins, time.monotonic() - started))
    while True:
        for child in children:
            child.check()
        time.sleep(0.5)


@contextmanager
def only_one() -> Iterator[bool]:
    """Whether nobody else runs the clinic from this folder, for as long as the block lasts."""
    DATA.mkdir(exist_ok=True)
    with (DATA / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _remember(servers: Servers, running: ExitStack) -> None:
    """Leave the addresses where `python -m local manage` finds them while we run."""
    ADDRESSES.touch(mode=0o600)
    ADDRESSES.write_text(json.dumps(asdict(servers)))
    running.callback(ADDRESSES.unlink, missing_ok=True)


def _services(port: int) -> dict[str, list[str | Path]]:
    celery: list[str | Path] = [Path(sys.executable).with_name("celery"), "-A", "clinic.celery"]
    web: list[str | Path] = [Path(sys.executable).with_name("gunicorn"), "clinic.wsgi:application"]
    web += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    web += ["--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
    return {
        "web": web,
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--schedule", DATA / "beat", "--pidfile", "", "-l", "WARNING"],
    }


def _start(
    running: ExitStack, name: str, command: list[str | Path], env: dict[str, str]
) -> processes.Process:
    log = DATA / "logs" / f"{name}.log"
    child = processes.start(name, command, log=log, env=env, cwd=ROOT)
    running.callback(child.stop)
    return child


def environment(servers: Servers, port: int = 8000, *, as_owner: bool = False) -> dict[str, str]:
    """What the clinic's settings read; anything set outside already wins.

    `as_owner` is for the few commands that change tables instead of rows.
    """
    ours = {
        "DEMO": "true",
        # Trying Dorsa should not need a phone. Every page says that this is so.
        "DEMO_WITHOUT_SECOND_FACTOR": "true",
        "SECRET_KEY": _secret_key(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        # Where the demo clinic stands.
        "CLINIC_TIME_ZONE": "America/New_York",
        "CLINIC_STATE": "NY",
        # There is no mail server here: each message becomes a file, and shows in the outbox page.
        "EMAIL_URL": f"file:///{DATA / 'mail'}",
        # The worker ends after its current task when asked to (Celery's soft shutdown).
        "REMAP_SIGTERM": "SIGQUIT",
        "PYTHONUNBUFFERED": "1",
    }
    addresses = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    if as_owner:
        addresses |= {
            "DATABASE_URL": servers.owner_url,
            "APP_DATABASE_URL": servers.database_url,
        }
    return ours | dict(os.environ) | addresses


def _secret_key() -> str:
    path = DATA / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _web_port() -> int:
    wanted = int(os.environ.get("PORT") or 8000)
    if is_free(wanted):
        return wanted
    port = free_port(wanted + 1)
    _say(f"Port {wanted} is taken; using {port}.")
    return port


def _manage(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["database"])
    except (urllib.error.URLError, OSError):
        return False


def _banner(address: str, logins: str, seconds: float) -> str:
    lines = [
        f"Dorsa is ready after {seconds:.1f} s:  {address}",
        "",
        *logins.strip().splitlines(),
        "",
        "API: /api/docs/ · messages: /manager/messages/ · logs: .dorsa/logs/ · stop: Ctrl-C",
    ]
    rule = "─" * max(map(len, lines))
    return "\n".join(["", rule, *lines, rule])


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: Any) -> NoReturn:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _say(words: str, *, error: bool = False) -> int:
    print(words, file=sys.stderr if error else sys.stdout, flush=True)
    return int(error)
