"""A carrier of text messages that speaks as Twilio does, and can be as bad as carriers are."""

import json
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from local.ports import any_free_port

ACCOUNT, TOKEN, NUMBER = "AC0123456789abcdef0123456789abcdef", "only-for-tests", "+15125550100"
# Longer than the clinic waits for an answer.
HANG_SECONDS = 11.0


@dataclass(frozen=True)
class Text:
    """One text message that a phone would have shown."""

    id: str
    to: str
    body: str
    at: float
    was_told: bool


class TextCarrier:
    """What it does is its `mood`: ok, broken (500), too_many (429), hang, drop.

    `drop` takes the message and hangs up without an answer; `hang` takes nothing.
    """

    def __init__(self, port):
        self.texts = []
        self.refused = Counter()
        self.looked_up = 0
        self.mood = "ok"
        self.url = f"twilio://{ACCOUNT}:{TOKEN}@127.0.0.1:{port}/?from={NUMBER}"

    def to(self, number):
        return [text for text in self.texts if text.to == number]

    def take(self, to, body, *, was_told):
        text = Text(f"SM{len(self.texts):032x}", to, body, time.time(), was_told)
        self.texts.append(text)
        return text


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
        found = [_shown(text) for text in reversed(self.server.carrier.to(wanted))]
        self.answer(200, {"messages": found, "page": 0, "page_size": 50, "uri": self.path})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        asked = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        carrier = self.server.carrier
        mood = carrier.mood
        if mood != "ok":
            carrier.refused[mood] += 1
        if mood == "ok":
            self.answer(201, _shown(carrier.take(asked["To"], asked["Body"], was_told=True)))
        elif mood == "drop":
            carrier.take(asked["To"], asked["Body"], was_told=False)
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
    try:
        yield carrier
    finally:
        server.shutdown()
        server.server_close()
        served.join()
