"""After a storm: what a carrier took and lost is in sight, and goes again only if somebody says so.

A carrier of texts tells what it delivered, so what it lost is missed. A mail server tells nothing:
what it lost after its “taken” nobody can know, and it must not be sent again on a suspicion.
"""

import time

import requests

from tests.faults.house import wait_for
from tests.faults.storm_counts import handed_over

# Longer than a tick of the worker takes to come.
TWO_TICKS = 12.0
HOURS_PASS = """
    UPDATE messaging_message SET sent_at = sent_at - interval '5 hours' WHERE sent_at IS NOT NULL
"""
UNHEARD = """
    SELECT count(*) FROM messaging_message m
    WHERE m.channel = 'sms' AND m.status = 'sent' AND NOT m.id = ANY(%s)
"""
NOT_ARRIVED = """
    SELECT count(*) FROM messaging_message WHERE id = ANY(%s) AND status <> 'delivered'
"""


class Operator:
    """The manager, who reads the list of messages and presses “Try again”."""

    def __init__(self, house, session_key):
        self.address = f"{house.web}/api/v1/messages/"
        self.http = requests.Session()
        self.http.cookies.set("sessionid", session_key)
        self.http.cookies.set("csrftoken", "a" * 32)
        self.http.headers["X-CSRFToken"] = "a" * 32

    def without_a_word(self):
        """Each message that was taken and not heard of since, by its id."""
        asked, found = {"status": "no_word", "page_size": 200}, {}
        answer = self.http.get(self.address, params=asked, timeout=20).json()
        while True:
            found |= {row["id"]: row for row in answer["results"]}
            if not answer["next"]:
                return found
            answer = self.http.get(answer["next"], timeout=20).json()

    def try_again(self, row):
        """What the clinic says to it: a status code."""
        return self.http.post(f"{self.address}{row}/again/", json={}, timeout=20).status_code


def counts(house, session_key):
    """What the operator sees hours later, and what comes of pressing the button."""
    house.carrier.to_lose = 0
    taken = handed_over(house)
    lost = {row for row, copies in taken.items() if copies[-1].is_lost}
    texts = {row for row in lost if taken[row][-1].is_text}
    # Whatever was delivered is told of, also where the clinic was not there to hear it at first.
    wait_for(lambda: house.ask(UNHEARD, sorted(texts)) == [(0,)], "the carrier has told nobody")
    house.ask(HOURS_PASS)
    operator = Operator(house, session_key)
    seen = operator.without_a_word()
    time.sleep(TWO_TICKS)
    by_themselves = sum(len(copies) for copies in handed_over(house).values())
    by_themselves -= sum(len(copies) for copies in taken.values())
    said = {row: operator.try_again(row) for row in seen}
    wait_for(lambda: _shown(house, said) == _again(said), "what was tried again has not arrived")
    again = sorted(_again(said))
    wait_for(lambda: house.ask(NOT_ARRIVED, again) == [(0,)], "what arrived now was not told of")
    more = [len(handed_over(house)[row]) - len(taken[row]) for row in _again(said)]
    return {
        "taken and lost: letters, of which nobody tells": len(lost - texts),
        "taken and lost: texts": len(texts),
        "texts lost and not in sight": len(texts - seen.keys()),
        "in sight without having been lost": len(seen.keys() - texts),
        "in sight without a reason": sum(not row["reason"] for row in seen.values()),
        "sent again by themselves": by_themselves,
        "tried again by the manager": len(_again(said)),
        "could not be tried again": len(said) - len(_again(said)),
        "tried again and not arrived once": sum(times != 1 for times in more),
    }


def _again(said):
    """Those that could be tried again."""
    return {row for row, code in said.items() if code == 200}


def _shown(house, said):
    """Those of them that a phone has shown by now."""
    out = handed_over(house)
    return {row for row in said if not out[row][-1].is_lost}
