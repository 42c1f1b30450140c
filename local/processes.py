"""Child processes that end when we do, whatever ends us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 15.0
_PR_SET_PDEATHSIG = 1


class ProcessDied(RuntimeError):
    """A process ended that should have gone on; the message carries its last words."""


@dataclass
class Process:
    """A child in a session of its own, writing to a log file.

    `stop_signal` asks it to end in good order; after the grace period its whole group is killed.
    """

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    def check(self) -> None:
        """Raises `ProcessDied` if it has ended."""
        code = self.popen.poll()
        if code is not None:
            raise ProcessDied(f"{self.name} ended with code {code}:\n{self.last_words()}")

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def finish(self) -> None:
        """Wait for its own end; raises `ProcessDied` if that is not a good one."""
        if code := self.popen.wait():
            raise ProcessDied(f"{self.name} ended with code {code}:\n{self.last_words()}")

    def stop(self) -> None:
        """End it and everything it started. Doing so twice does no harm."""
        if self.popen.poll() is None:
            self.popen.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(GRACE_SECONDS)
        _kill_group(self.popen.pid)
        self.popen.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: int | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a child in its own session, so that Ctrl-C in the terminal reaches only us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            cwd=cwd,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    return Process(name, popen, log, stop_signal)


def wait_until(ready: Callable[[], bool], process: Process, *, seconds: float) -> None:
    """Wait for `ready()`; raises `ProcessDied` or, after `seconds`, `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not ready():
        process.check()
        if time.monotonic() > deadline:
            words = process.last_words()
            raise TimeoutError(f"{process.name} was not ready after {seconds:.0f} s:\n{words}")
        time.sleep(0.05)


def _die_with_parent() -> None:
    """In the child: if we are killed outright, the kernel asks it to end as well (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
