"""A mail server that remembers what it took, and can be as bad as mail servers are."""

import asyncio
import email
import email.policy
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

from aiosmtpd.controller import Controller

from local.ports import any_free_port

# Longer than the clinic waits for an answer (EMAIL_TIMEOUT).
HANG_SECONDS = 11.0
SLOW_SECONDS = 0.4


@dataclass(frozen=True)
class Letter:
    """One copy that was handed over; `was_told` is whether the clinic heard that it was taken."""

    id: str
    to: str
    subject: str
    body: str
    at: float
    was_told: bool


class PostOffice:
    """What it does is its `mood`: ok, later (451), broken (500), refuse (554), slow, hang, drop.

    `drop` takes the letter and ends the conversation without a word, `hang` says nothing for longer
    than anybody waits and takes nothing. Of what it takes while it is well it loses the next
    `to_lose`: nobody ever sees them, and they stand in `lost`.
    """

    def __init__(self):
        self.letters, self.lost, self.to_lose = [], [], 0
        # How many it is reading at this moment, while it is slow.
        self.in_hand = 0
        self.refused = Counter()
        self.mood = "ok"
        self.address = ""

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mood == "broken":
            self.refused["broken"] += 1
            return "500 Broken here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mood = self.mood
        if mood == "slow":
            self.in_hand += 1
            try:
                await asyncio.sleep(SLOW_SECONDS)
            finally:
                self.in_hand -= 1
        if mood in {"ok", "slow"}:
            self._take(_read(envelope, was_told=True))
            return "250 OK"
        self.refused[mood] += 1
        if mood == "drop":
            self.letters.append(_read(envelope, was_told=False))
            server.transport.abort()
        elif mood == "hang":
            await asyncio.sleep(HANG_SECONDS)
        return "554 Never" if mood == "refuse" else "451 Not now"

    def _take(self, letter):
        if self.to_lose:
            self.to_lose -= 1
            self.lost.append(letter)
        else:
            self.letters.append(letter)

    def to(self, address):
        return [letter for letter in self.letters if letter.to == address]


def _read(envelope, *, was_told):
    read = email.message_from_bytes(envelope.content, policy=email.policy.default)
    return Letter(
        id=str(read["Message-ID"]),
        to=str(read["To"]),
        subject=str(read["Subject"]),
        body=read.get_body(("plain",)).get_content(),
        at=time.time(),
        was_told=was_told,
    )


@contextmanager
def post_office():
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=any_free_port())
    controller.start()
    office.address = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield office
    finally:
        controller.stop()
