"""Mail servers and carriers of text messages that hang, refuse, or take it and say nothing.

What is due waits and goes out once they are well; one that is ill holds up neither the other one
nor the desk; and where it cannot be known whether a message was taken, a person sees it once.
"""

import time

import pytest

from tests.faults.house import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]
SLOWEST_BOOKING = 0.5


@pytest.fixture
def ill(running):
    """Says how ill a gateway is; both are well again afterwards."""
    running.mail.refused.clear()
    running.carrier.refused.clear()

    def make(gateway, mood):
        gateway.mood = mood
        return gateway

    yield make
    running.mail.mood = running.carrier.mood = "ok"


@pytest.mark.parametrize("mood", ["later", "broken", "hang", "drop"])
def test_a_mail_server_that_is_ill_only_delays(mood, running, ill):
    """Each letter arrives; a second copy of one carries the same Message-ID."""
    ill(running.mail, mood)
    address, _took = running.book()
    wait_for(lambda: running.mail.refused[mood], "nobody tried")
    running.mail.mood = "ok"
    told = (
        f"SELECT count(*) FROM messaging_message WHERE to_address = '{address}' AND status = 'sent'"
    )
    took = wait_for(lambda: running.house.ask(told) == [(1,)], "it was not tried again")
    letters = running.mail.to(address)
    print(f"mail {mood}: told {took:.1f} s after it was well, {len(letters)} copies")
    assert len({letter.id for letter in letters}) == 1
    assert len(letters) == 1 or mood == "drop"


@pytest.mark.parametrize("mood", ["broken", "too_many", "hang", "drop"])
def test_a_carrier_that_is_ill_only_delays_and_no_phone_rings_twice(mood, running, ill):
    """A text message has no Message-ID by which a phone would know the second copy."""
    ill(running.carrier, mood)
    number, _took = running.book_by_text()
    wait_for(lambda: running.carrier.refused[mood], "nobody tried")
    running.carrier.mood = "ok"
    told = (
        f"SELECT count(*) FROM messaging_message WHERE to_address = '{number}' AND status = 'sent'"
    )
    took = wait_for(lambda: running.house.ask(told) == [(1,)], "it was not tried again")
    print(f"carrier {mood}: told {took:.1f} s after it was well")
    assert len(running.carrier.to(number)) == 1


def test_a_hung_mail_server_holds_up_neither_the_desk_nor_text_messages(running, ill):
    """Each channel is sent by itself, and nobody at the desk waits for either."""
    ill(running.mail, "hang")
    running.book()
    wait_for(lambda: running.mail.refused["hang"], "nobody tried")
    begun = time.monotonic()
    number, _took = running.book_by_text()
    booked = sorted(running.book()[1] for _ in range(10))
    took = wait_for(lambda: running.carrier.to(number), "text messages wait for the mail server")
    print(f"booked in {booked[-1] * 1000:.0f} ms at most; the text message took {took:.1f} s")
    assert booked[len(booked) // 2] <= SLOWEST_BOOKING
    assert time.monotonic() - begun < 30


def test_a_letter_that_is_refused_for_ever_is_in_sight_with_its_reason(running, ill):
    """Trying a bad address for hours helps nobody: somebody has to call."""
    ill(running.mail, "refuse")
    address, _took = running.book()
    asked = f"SELECT status, last_error FROM messaging_message WHERE to_address = '{address}'"
    wait_for(lambda: running.house.ask(asked)[0][0] == "parked", "it was not parked")
    assert "554" in running.house.ask(asked)[0][1]
    assert running.mail.to(address) == []
