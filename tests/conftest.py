"""The strict harness: what every test stands under. The servers are in `tests/servers.py`."""

import socket

import pytest


@pytest.fixture(autouse=True)
def _on_this_machine_only(monkeypatch):
    """A test that reaches for another machine fails at once and says so."""
    connect = socket.socket.connect

    def loopback_only(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {host}: tests stay on this machine.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Tests read static files where they lie; the manifest is `collectstatic`'s business."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


class _Undefined(str):
    """Stands where a template names a variable that is not there, and fails the test."""

    __slots__ = ()

    def __mod__(self, missing: object) -> str:
        raise AssertionError(f"A template uses {missing!r}, which its context does not have.")

    def __contains__(self, part: object) -> bool:
        # Django looks for "%s" to know whether to call __mod__ above.
        return part == "%s"


@pytest.fixture(autouse=True)
def _templates_name_only_what_is_there(settings):
    """An undefined variable in one of our templates is a mistake, not an empty string."""
    engine = settings.TEMPLATES[0]
    strict = engine["OPTIONS"] | {"string_if_invalid": _Undefined("undefined")}
    settings.TEMPLATES = [engine | {"OPTIONS": strict}]
