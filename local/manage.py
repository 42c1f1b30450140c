"""`python -m local manage …`: manage.py in the local clinic's database, running or not."""

import json
import subprocess
import sys

from local.run import ADDRESSES, DATA, ROOT, environment, only_one
from local.servers import Servers, embedded_servers

OWNERS_COMMANDS = [["migrate"], ["build_walls"]]


def manage(arguments: list[str]) -> int:
    """Run a management command with the local servers' addresses; returns its exit code."""
    with only_one() as alone:
        if alone:
            with embedded_servers(data_dir=DATA) as servers:
                return _run(arguments, servers)
    if not ADDRESSES.exists():
        print("The clinic is just starting; try again when it is ready.", file=sys.stderr)
        return 1
    return _run(arguments, Servers(**json.loads(ADDRESSES.read_text())))


def _run(arguments: list[str], servers: Servers) -> int:
    command: list[str] = [sys.executable, str(ROOT / "manage.py"), *arguments]
    env = environment(servers, as_owner=arguments[:1] in OWNERS_COMMANDS)
    return subprocess.run(command, env=env, check=False).returncode
