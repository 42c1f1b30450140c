"""Choosing ports that nobody uses."""

import random
import socket

# Below the range from which the system hands out ports to outgoing connections.
FIRST, LAST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether something can listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A free port nobody else is likely to be choosing at the same moment."""
    return free_port(random.randrange(FIRST, LAST - 1_000))


def free_port(wanted: int = FIRST, last: int = LAST) -> int:
    """The first free port from `wanted` on. Raises `OSError` if there is none up to `last`."""
    for port in range(wanted, last):
        if is_free(port):
            return port
    raise OSError(f"No port between {wanted} and {last} is free.")
