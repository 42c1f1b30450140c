"""`make run` starts real servers and leaves nothing behind: tried with real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from local import ports, processes
from local.servers import embedded_servers, postgres, valkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_environment(monkeypatch):
    """As on a newcomer's machine: no server is configured."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def test_a_taken_port_is_passed_over():
    """Somebody else's server on our port must cost the newcomer nothing."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.free_port(taken, taken + 50) != taken


def test_no_free_port_is_said():
    """An endless search would look like a hang."""
    with pytest.raises(OSError, match="No port between"):
        ports.free_port(20_000, 20_000)


def test_servers_keep_their_data_and_end_with_their_block(tmp_path, bare_environment):
    """A second `make run` must find what the first one left, and no server may outlive us."""
    tmp_path.chmod(0o755)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with embedded_servers(data_dir=tmp_path, durable=False) as servers:
        with psycopg.connect(servers.owner_url) as connection:
            connection.execute("CREATE TABLE kept (what text)")
            assert connection.info.server_version >= 180000
        assert redis.Redis.from_url(servers.redis_url).ping()
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    with (
        postgres(tmp_path, durable=False) as addresses,
        psycopg.connect(addresses.owner) as connection,
    ):
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_postgres_recovers_after_it_was_killed(tmp_path, bare_environment):
    """A laptop that lost power must start again without anybody deleting files."""
    tmp_path.chmod(0o755)
    with postgres(tmp_path, durable=False):
        for child in psutil.Process().children():
            if "postgres" in child.name():
                child.kill()
                child.wait(10)
    with postgres(tmp_path, durable=False) as addresses:
        psycopg.connect(addresses.app).close()


def test_given_servers_are_used_as_they_are(tmp_path, monkeypatch):
    """A developer with servers of their own must not get others."""
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/one")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with embedded_servers(data_dir=tmp_path) as servers:
        assert (servers.database_url, servers.redis_url) == (
            "postgres://elsewhere/one",
            "redis://elsewhere/0",
        )


def test_a_process_that_dies_is_told_with_its_last_words(tmp_path):
    """ "It does not start" helps nobody; the last lines of the log do."""
    command = [sys.executable, "-c", "raise SystemExit('the reason')"]
    process = processes.start("web", command, log=tmp_path / "web.log")
    with pytest.raises(processes.ProcessDied, match="the reason"):
        processes.wait_until(lambda: False, process, seconds=20)
    process.stop()


def test_a_stubborn_process_is_ended_with_its_children(tmp_path, monkeypatch):
    """A worker that ignores the request must not stay, nor what it started."""
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.3)
    script = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = processes.start("worker", [sys.executable, "-c", script], log=tmp_path / "log")
    processes.wait_until(lambda: process.last_words().strip(), process, seconds=20)
    grandchild = int(process.last_words())
    process.stop()
    assert process.popen.returncode == -signal.SIGKILL
    # The kernel ends a killed process when it next gets to it, which is soon, not at once.
    deadline = time.monotonic() + 10
    while _is_alive(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_children_end_when_we_are_killed(tmp_path, bare_environment):
    """Even SIGKILL of the runner must not leave a server behind (Linux)."""
    script = (
        "import sys, time; from pathlib import Path; from local.servers import valkey\n"
        f"with valkey(Path({str(tmp_path)!r})) as address:\n"
        "    print(address, flush=True)\n"
        "    time.sleep(60)\n"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert runner.stdout is not None
    address = runner.stdout.readline().strip()
    children = psutil.Process(runner.pid).children()
    assert redis.Redis.from_url(address).ping()
    runner.kill()
    runner.wait()
    runner.stdout.close()
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert children
    assert not alive


def test_valkey_starts_on_the_port_it_is_given(tmp_path, bare_environment):
    """Fault tests stop it and start it again where the worker expects it."""
    port = ports.any_free_port()
    with valkey(tmp_path, port=port) as address:
        assert str(port) in address


@pytest.mark.slow
def test_the_whole_clinic_runs_and_stops_on_ctrl_c(tmp_path, bare_environment):
    """The README's first command: healthy, with sign-ins, and gone after Ctrl-C."""
    tmp_path.chmod(0o755)
    script = (
        "from pathlib import Path; import local.run as run, sys\n"
        f"run.DATA = Path({str(tmp_path / 'data')!r}); run.ADDRESSES = run.DATA / 'servers.json'\n"
        "sys.exit(run.main())\n"
    )
    log = (tmp_path / "out").open("w+")
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    env |= {"PORT": str(ports.any_free_port())}
    runner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=env, stdout=log)
    children: list[psutil.Process] = []
    try:
        deadline = time.monotonic() + 90
        while "is ready" not in (tmp_path / "out").read_text():
            assert runner.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        children = psutil.Process(runner.pid).children(recursive=True)
        words = (tmp_path / "out").read_text()
        assert "desk@dorsa.example" in words
        assert len(children) >= 5
    finally:
        runner.send_signal(signal.SIGINT)
        code = runner.wait(60)
        log.close()
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert code == 0
    assert not alive


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
