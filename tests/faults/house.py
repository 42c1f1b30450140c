"""A whole clinic in real processes of its own, each of which can be killed, hung and started again.

PostgreSQL, Valkey, gunicorn, a Celery worker and beat, on ports that nobody else has. Only what was
started here is ever ended. Whoever starts and ends parts does so from one thread: a child ends with
the thread that started it.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import redis
import requests

from local import processes
from local.ports import any_free_port
from local.servers import postgres, postgres_programs, valkey
from tests.faults.nursery import Child, run_code
from tests.servers import migrated_database, server_url

ROOT = Path(__file__).resolve().parents[2]
# Seconds: a machine that is busy with other things starts slowly, and is not at fault.
PATIENCE = 60.0
STARTING = 150.0


class House:
    """The clinic's processes by name: web, worker, beat (and a second one), PostgreSQL, Valkey."""

    def __init__(self, folder, mail, carrier=None, **settings):
        self.folder = folder
        self.mail, self.carrier = mail, carrier
        self._servers = {"postgres": ExitStack(), "valkey": ExitStack()}
        self._ports = {name: any_free_port() for name in ("web", "postgres", "valkey")}
        self.parts = {}
        self._orphaned = []
        self.deeds = []
        self.web = f"http://127.0.0.1:{self._ports['web']}"
        self.env = os.environ | {
            "REDIS_URL": f"redis://127.0.0.1:{self._ports['valkey']}/0",
            "EMAIL_URL": mail.address,
            "LOG_LEVEL": "WARNING",
            "REMAP_SIGTERM": "SIGQUIT",
        }
        if carrier:
            self.env["SMS_URL"] = carrier.url
        self.env |= settings
        self.start_postgres()

    # --- the database ---------------------------------------------------------------------------

    def start_postgres(self):
        server = postgres(self.folder, port=self._ports["postgres"])
        addresses = self._servers["postgres"].enter_context(server)
        self.database_url, self._owner_url = addresses.admin, addresses.owner
        self.env["DATABASE_URL"] = self.database_url

    def fill(self):
        """The tables, as a migrated database has them."""
        programs = postgres_programs()
        dump = [programs / "pg_dump", "--no-owner", "--no-acl", server_url(migrated_database())]
        tables = subprocess.run(dump, capture_output=True, check=True).stdout
        load = [programs / "psql", "-q1", "-v", "ON_ERROR_STOP=1", self._owner_url]
        subprocess.run(load, input=tables, capture_output=True, check=True)

    def stop_postgres(self, how=signal.SIGINT):
        """SIGINT is its fast end, SIGQUIT its immediate one: it looks its changes over later."""
        home = Path(self.ask("SHOW data_directory")[0][0])
        os.kill(int((home / "postmaster.pid").read_text().split()[0]), how)
        self._servers["postgres"].close()

    def crash_postgres(self):
        """All its processes are killed: it has no moment left to write anything down."""
        home = Path(self.ask("SHOW data_directory")[0][0])
        leader = int((home / "postmaster.pid").read_text().split()[0])
        # Each of its backends leads a group of its own.
        each = [leader, *_children_of(leader)]
        for process in each:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._servers["postgres"].close()
        # It does not start again while one of them still holds its shared memory.
        wait_for(lambda: not any(map(_is_alive, each)), "PostgreSQL's processes live on")

    def end_sessions(self):
        """Every connection to the database but this one is cut."""
        self.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def ask(self, question, *values):
        """The rows of an answer; each question comes on a connection of its own."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(question, values or None)
            return cursor.fetchall() if cursor.description else []

    def run(self, code):
        """Python in a process of its own against this database; what it printed."""
        return Child(self.database_url, run_code, code).printed()

    # --- the broker -----------------------------------------------------------------------------

    def start_valkey(self):
        server = valkey(self.folder, port=self._ports["valkey"])
        self._servers["valkey"].enter_context(server)
        self._valkey = self.broker().info("server")["process_id"]

    def stop_valkey(self):
        self._servers["valkey"].close()

    def broker(self):
        return redis.Redis.from_url(self.env["REDIS_URL"], socket_timeout=2)

    def hang_valkey(self):
        """It takes connections and answers nothing."""
        os.kill(self._valkey, signal.SIGSTOP)

    def wake_valkey(self):
        os.kill(self._valkey, signal.SIGCONT)

    # --- what is the clinic's own ---------------------------------------------------------------

    def start(self, *names):
        for name in names:
            command = getattr(self, f"_{name.rstrip('2')}")(name)
            log = self.folder / "logs" / f"{name}.log"
            self.parts[name] = processes.start(name, command, log=log, env=self.env, cwd=ROOT)

    def _web(self, _name):
        # As in the Dockerfile.
        command = [_program("gunicorn"), "clinic.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{self._ports['web']}", "--worker-class", "gthread"]
        return [*command, "--workers", "2", "--threads", "4", "--graceful-timeout", "20"]

    def _worker(self, _name):
        command = [_program("celery"), "-A", "clinic.celery", "worker"]
        return [*command, "--concurrency", "2", "--loglevel", "WARNING"]

    def _beat(self, name):
        command = [_program("celery"), "-A", "clinic.celery", "beat", "--pidfile", ""]
        return [*command, "--schedule", self.folder / name, "--loglevel", "WARNING"]

    def kill(self, name):
        """The whole group at once, as when a machine's power goes."""
        part = self.parts[name]
        with suppress(ProcessLookupError):
            os.killpg(part.popen.pid, signal.SIGKILL)
        part.popen.wait()

    def kill_leader(self, name):
        """Only the process that looks after the others; they may still be at work."""
        part = self.parts[name]
        part.popen.kill()
        part.popen.wait()
        self._orphaned.append(part)

    def bury(self, name):
        """What a killed leader has left behind."""
        self.parts[name].stop()

    def kill_child(self, name, number=0):
        """One of the processes that do the work; the one that looks after them lives on."""
        children = self.children(name)
        if children:
            with suppress(ProcessLookupError):
                os.kill(children[number % len(children)], signal.SIGKILL)

    def children(self, name):
        """The worker processes of a part, oldest first."""
        return _children_of(self.parts[name].popen.pid)

    def stop(self, name):
        """In good order."""
        self.parts[name].stop()

    def wait_for_web(self):
        processes.wait_until(self.is_up, self.parts["web"], seconds=STARTING)

    def is_up(self):
        try:
            return requests.get(f"{self.web}/livez", timeout=2).ok
        except requests.RequestException:
            return False

    def close(self):
        for part in [*self._orphaned, *reversed(self.parts.values())]:
            # Nobody needs their good order any more.
            part.popen.kill()
            part.stop()
        with suppress(ProcessLookupError, AttributeError):
            self.wake_valkey()
        for server in self._servers.values():
            server.close()


@contextmanager
def house(mail, carrier=None, **settings):
    """A house with an empty, migrated database; nothing else in it runs yet."""
    with TemporaryDirectory(prefix="dorsa-tests-") as folder:
        built = House(Path(folder), mail, carrier, **settings)
        try:
            built.fill()
            yield built
        finally:
            built.close()


def wait_for(what, why, seconds=PATIENCE):
    """How many seconds it took until `what()` was so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, why() if callable(why) else why
        time.sleep(0.1)
    return time.monotonic() - began


def _children_of(leader):
    found = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    return sorted(map(int, found))


def _is_alive(process):
    """Whether it runs; who has ended and was not yet asked about holds nothing any more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _program(name):
    return Path(sys.executable).with_name(name)
