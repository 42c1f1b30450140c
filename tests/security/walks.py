"""Walking through every address as one person, so that several laws can look at each answer."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from django.db import transaction
from django.test import Client
from django.utils.datastructures import MultiValueDict

from clinic.audit.models import ReadEvent
from tests.security.addresses import address_of
from tests.security.clients import client_of
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.world import World

TRIED = [route for route in ROUTES if route.name in POLICY]
FOR_PATIENTS = [
    route for route in TRIED if "patient" in POLICY[route.name].get | POLICY[route.name].post
]
# What is refused at the door reads nothing of what was asked.
AT_THE_DOOR = {401, 403, 404, 405}
# The first name of both people of the world.
NAME = "Quill"


@dataclass
class Step:
    """One answer: `text` is without what was asked for, `rows` is what the read log got by it."""

    route: str
    method: str
    status: int
    text: str
    rows: list[ReadEvent] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def answers_in_parts(route) -> bool:
    """Whether the module of the page asks if it is htmx that calls."""
    source = inspect.getsource(sys.modules[route.view.__module__])
    return "htmx" in source or "HX-Request" in source


@contextmanager
def watched_for(name: str) -> Iterator[list[str]]:
    """Fills the list if a word of this name is looked for in what was sent along."""
    read: list[str] = []
    with ExitStack() as patches:
        for way in ("__getitem__", "__contains__", "getlist"):
            looks = getattr(MultiValueDict, way)

            def watched(sent, key, *more, _looks=looks):
                if key == name:
                    read.append(key)
                return _looks(sent, key, *more)

            patches.enter_context(patch.object(MultiValueDict, way, watched, create=True))
        yield read


def walk(user, world: World, routes=TRIED) -> Iterator[Step]:
    """Every address about both people: plainly, in parts, searched and with an empty form.

    Words are searched for wherever the address looks at all for one.

    Forms are sent where the role may send them; elsewhere the matrix sees them refused. No page
    and no endpoint looks at `Accept` (tests/architecture), so no other format is asked for. What a
    form writes is taken back.
    """
    walker = _Walker(client_of(user, walks=True))
    words = [NAME, world.own.canaries[0], world.other.canaries[0]]
    for route in routes:
        is_about_something = "<" in route.pattern
        for side in (world.own, world.other) if is_about_something else (world.own,):
            address = address_of(route, side.ids)
            with watched_for("q") as read:
                plain = walker.get(route, address)
            yield plain
            if plain.status not in AT_THE_DOOR:
                if answers_in_parts(route):
                    yield walker.get(route, address, headers={"HX-Request": "true"})
                if read:
                    yield from (walker.get(route, address, word) for word in words)
            if user.role in POLICY[route.name].post:
                yield walker.post(route, address)


class _Walker:
    """A browser that also reads what its looks left in the read log."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.last = max(ReadEvent.objects.values_list("id", flat=True), default=0)

    def get(self, route, address, word="", headers=None) -> Step:
        asked = f"?q={word}" if word else ""
        answer = self.client.get(address + asked, headers=headers or {})
        text = answer.content.decode()
        if word:
            for echo in (asked, f'value="{word}"', f"“{word}”"):
                text = text.replace(echo, "")
        rows = list(ReadEvent.objects.filter(id__gt=self.last).order_by("id"))
        self.last = rows[-1].id if rows else self.last
        return Step(route.name, "GET", answer.status_code, text, rows)

    def post(self, route, address) -> Step:
        data = {"step": "arrive"} if address.endswith("/steps/") else {}
        with transaction.atomic():
            answer = self.client.post(address, data)
            transaction.set_rollback(True)
        return Step(route.name, "POST", answer.status_code, answer.content.decode())
