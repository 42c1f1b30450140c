"""Showing on standard error how far a long command has come."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

STEP = 10


class Shown(Protocol):
    """Takes the position reached, and lines that stay on the screen."""

    def reach(self, position: int, text: str) -> None:
        """Show that `position` of the total has been reached, and what `text` says of it."""

    def line(self, text: str) -> None:
        """Write a line for good."""


@contextmanager
def progress(stream: OutputWrapper, total: int) -> Iterator[Shown]:
    """A bar on a terminal; anywhere else a plain line for every tenth of the way."""
    if not stream.isatty():
        yield _Lines(stream, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        yield _Bar(bar, total)


class _Bar:
    def __init__(self, bar: Progress, total: int) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=max(total, 1))

    def reach(self, position: int, text: str) -> None:
        self.bar.update(self.task, completed=position, description=text)

    def line(self, text: str) -> None:
        self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)


class _Lines:
    def __init__(self, stream: OutputWrapper, total: int) -> None:
        self.stream, self.total = stream, max(total, 1)
        self.shown = 0

    def reach(self, position: int, text: str) -> None:
        percent = position * 100 // self.total
        if percent // STEP > self.shown // STEP:
            self.shown = percent
            self.stream.write(f"{percent:3} %  {text}")

    def line(self, text: str) -> None:
        self.stream.write(text)
