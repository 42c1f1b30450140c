"""Text messages that go nowhere: for trying, and for tests."""

import json
import os
import sys
from pathlib import Path

from clinic.messaging.channels.base import TryAgain
from clinic.messaging.models import Message


class ConsoleGateway:
    """Shows each message where the worker runs."""

    def send(self, message: Message, *, may_be_out: bool) -> str:
        """Show it."""
        sys.stdout.write(f"SMS to {message.to_address}: {message.body}\n")
        return f"console-{message.pk}"

    def close(self) -> None:
        """Nothing is open."""


class FileGateway:
    """Writes each message into a file of its own, whole or not at all.

    The file is named after the row: the same message again finds its file there, and is the same
    message, whoever wrote it first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._is_made = folder, False

    def send(self, message: Message, *, may_be_out: bool) -> str:
        """Write it. Raises `TryAgain` where nothing can be written."""
        name = f"message-{message.pk}"
        draft = self._folder / f".{name}.{os.getpid()}"
        said = {"id": message.pk, "to": message.to_address, "text": message.body}
        try:
            self._make()
            draft.write_text(json.dumps(said, ensure_ascii=False) + "\n")
            draft.replace(self._folder / f"{name}.json")
        except OSError as error:
            raise TryAgain(f"The folder cannot be written: {error}", is_down=True) from error
        return name

    def _make(self) -> None:
        if not self._is_made:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._is_made = True

    def close(self) -> None:
        """Nothing is open."""
