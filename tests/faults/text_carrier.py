"""A carrier of text messages that speaks as Twilio does, and can be as bad as carriers are."""

import json
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import requests
from twilio.request_validator import RequestValidator

from local.ports import any_free_port

ACCOUNT, TOKEN, NUMBER = "AC0123456789abcdef0123456789abcdef", "only-for-tests", "+15125550100"
# Where the clinic says that it is; providers speak to no address without TLS.
PUBLIC_URL = "https://clinic.example"
# Seconds for which it tries to tell of one message.
TELLS_FOR = 60.0
# Longer than the clinic waits for an answer.
HANG_SECONDS = 11.0


@dataclass(frozen=True)
class Text:
    """One text message; `tells` is the address at which the clinic wants to hear of it, or ""."""

    id: str
    to: str
    body: str
    at: float
    was_told: bool
    tells: str = ""


class TextCarrier:
    """What it does is its `mood`: ok, broken (500), too_many (429), hang, drop.

    `drop` takes the message and hangs up without an answer; `hang` takes nothing. Of what it takes
    while it is well it loses the next `to_lose`: no phone ever shows them, and they stand in `lost`
    instead of `texts`. Where the clinic is served, if anywhere, is `clinic`: there it is told what
    was delivered.
    """

    def __init__(self, port):
        self.texts, self.lost, self.to_lose = [], [], 0
        self.clinic, self._to_tell = "", SimpleQueue()
        self.refused = Counter()
        self.looked_up = 0
        self.mood = "ok"
        self.url = f"twilio://{ACCOUNT}:{TOKEN}@127.0.0.1:{port}/?from={NUMBER}"

    def to(self, number):
        return [text for text in self.texts if text.to == number]

    def known(self, number):
        """What it took for a number, also what it lost afterwards."""
        taken = [text for text in [*self.texts, *self.lost] if text.to == number]
        return sorted(taken, key=lambda text: text.at)

    def take(self, asked, *, was_told):
        text = Text(
            f"SM{uuid4().hex}",
            asked["To"],
            asked["Body"],
            time.time(),
            was_told,
            asked.get("StatusCallback", ""),
        )
        if was_told and self.to_lose:
            self.to_lose -= 1
            self.lost.append(text)
            return text
        self.texts.append(text)
        if text.tells and self.clinic:
            self._to_tell.put(text)
        return text

    def tell(self):
        """Tell the clinic of each that was delivered, one after the other, until it has heard."""
        while (text := self._to_tell.get()) is not None:
            said = {"MessageSid": text.id, "MessageStatus": "delivered", "To": text.to}
            address = self.clinic + text.tells.removeprefix(PUBLIC_URL)
            signed = RequestValidator(TOKEN).compute_signature(text.tells, said)
            end = time.monotonic() + TELLS_FOR
            while time.monotonic() < end:
                try:
                    headers = {"X-Twilio-Signature": signed}
                    if requests.post(address, said, headers=headers, timeout=10).ok:
                        break
                except requests.RequestException:
                    pass
                time.sleep(0.5)

    def close(self):
        """Tell nothing more."""
        self._to_tell.put(None)


def _shown(text):
    return {
        "sid": text.id,
        "to": text.to,
        "from": NUMBER,
        "body": text.body,
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "date_created": formatdate(text.at),
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words):
        """Nothing: the tests say what went wrong."""

    def answer(self, status, body, **headers):
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self):
        self.server.carrier.looked_up += 1
        wanted = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
        found = [_shown(text) for text in reversed(self.server.carrier.known(wanted))]
        self.answer(200, {"messages": found, "page": 0, "page_size": 50, "uri": self.path})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        asked = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        carrier = self.server.carrier
        mood = carrier.mood
        if mood != "ok":
            carrier.refused[mood] += 1
        if mood == "ok":
            self.answer(201, _shown(carrier.take(asked, was_told=True)))
        elif mood == "drop":
            carrier.take(asked, was_told=False)
            self.close_connection = True
        elif mood == "hang":
            time.sleep(HANG_SECONDS)
            self.close_connection = True
        elif mood == "too_many":
            self.answer(429, {"code": 20429, "message": "Too many", "status": 429}, Retry_After="2")
        else:
            self.answer(500, {"code": 20500, "message": "Broken", "status": 500})


@contextmanager
def text_carrier():
    port = any_free_port()
    carrier = TextCarrier(port)
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.carrier = carrier
    server.daemon_threads = True
    served = Thread(target=server.serve_forever, daemon=True)
    served.start()
    told = Thread(target=carrier.tell, daemon=True)
    told.start()
    try:
        yield carrier
    finally:
        server.shutdown()
        server.server_close()
        served.join()
        carrier.close()
