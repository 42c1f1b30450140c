"""Phones in many hands, against the clinic as it is served: what a browser does, and no more."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from threading import Barrier

import requests

from tests import builders
from tests.portal_builders import Portal
from tests.security.clients import client_of

TYPED = {"text", "hidden", "email", "tel", "password"}


def furnish(people):
    """A clinic that can be booked online, and so many people who sign in to it; prints it."""
    portal = Portal()
    mine = [portal.patient, *(builders.make_patient(f"Phone{n}") for n in range(1, people))]
    print(
        json.dumps(
            {
                "kind": portal.kind.code,
                "clinician": portal.clinician.pk,
                "phones": [key_of(portal.let_in(patient), patient) for patient in mine],
            }
        )
    )


def key_of(user, patient):
    """What opens the portal for somebody: their session, and whose record it is."""
    session = client_of(user).cookies["sessionid"].value
    return {"session": session, "patient": str(patient.pk), "user": user.pk}


class Phone:
    """A browser; signed in, if it is given a key."""

    def __init__(self, web, key=None):
        self.web = web
        self.http = requests.Session()
        # A line that was kept open may be closed by the other end in the very moment of a press.
        self.http.headers["Connection"] = "close"
        self.patient = key["patient"] if key else ""
        if key:
            self.http.cookies.set("sessionid", key["session"])

    def own(self, rest=""):
        """An address about their own record."""
        return f"/patient/{self.patient}/{rest}"

    def get(self, path, follow=True):
        return self.http.get(f"{self.web}{path}", timeout=60, allow_redirects=follow)

    def form(self, path, where=""):
        """What the form on a page sends by itself: the one whose markup has `where` in it."""
        return form_in(self.get(path).text, where)

    def send(self, path, data, files=None):
        """One press: the answer itself, not where it leads."""
        address = f"{self.web}{path}"
        return self.http.post(address, data, files=files, timeout=60, allow_redirects=False)

    def book_until_times(self, kind):
        """Through the red flags to the page of times, by the forms that are shown."""
        for page in ("signs-1", "signs-2", "signs-3"):
            path = self.own(f"book/{page}/")
            self.send(path, self.form(path, 'value="none"') | {"answer": "none", "fits": []})
        path = self.own("book/reason/")
        answer = self.send(path, self.form(path, kind) | {"kind": kind})
        assert answer.headers["Location"] == self.own("book/times/"), answer.text

    def times(self):
        """The times that are shown, as their buttons send them."""
        return slots_in(self.get(self.own("book/times/")).text)

    def hold(self, slot):
        path = self.own("book/times/")
        return self.send(path, self.form(path, 'name="slot"') | {"slot": slot})


def slots_in(text):
    """The times on a page, as their buttons send them."""
    return re.findall(r'name="slot"\s+value="([^"]+)"', text)


def sentences_in(text):
    """What is read on a page, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)))


def at_once(calls):
    """All of them from one starting shot; what each gave, in their order."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as hands:
        return list(hands.map(run, calls))


def form_in(text, where=""):
    """The fields that a browser would send of the first form that posts and contains `where`."""
    for found in re.findall(r"<form\b[^>]*>.*?</form>", text, re.DOTALL):
        opening = found.partition(">")[0]
        of_the_frame = "/language/" in opening or "/logout/" in opening
        if 'method="post"' in opening and not of_the_frame and where in found:
            reader = _Fields()
            reader.feed(found)
            return reader.fields
    raise AssertionError(f"no form with {where!r} on this page: {sentences_in(text)[:2000]}")


class _Fields(HTMLParser):
    """Collects what stands in a form; nothing that would have to be pressed first."""

    def __init__(self):
        super().__init__()
        self.fields = {}
        self._area = ""

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and name and (kind in TYPED or "checked" in told):
            self.fields[name] = told.get("value", "")

    def handle_data(self, data):
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""
