"""Many phones want one time, through the web as it is served: one has it, and nobody is lost.

The positive control takes the guard off, and sees the same time promised to several.
"""

import json

import psycopg
import pytest

from tests.faults import phones
from tests.faults.nursery import Child
from tests.faults.phones import Phone, at_once, sentences_in, slots_in
from tests.faults.test_double_booking import overlaps

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PEOPLE = 20
TAKEN = "That time was just taken"


@pytest.fixture
def place(scratch_url):
    return json.loads(Child(scratch_url, phones.furnish, PEOPLE).printed())


def in_front_of_times(web, place, people=PEOPLE):
    """So many people who have all come to the page of times."""
    hands = [Phone(web, key) for key in place["phones"][:people]]
    for hand in hands:
        hand.book_until_times(place["kind"])
    return hands


def ask(scratch_url, statement, *values):
    with psycopg.connect(scratch_url, autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def press_all(hands, slot):
    """Everybody presses the same time; who has it, and who was told what else is free."""
    answers = at_once([lambda hand=hand: hand.hold(slot) for hand in hands])
    assert {answer.status_code for answer in answers} <= {302, 409}, answers
    pairs = list(zip(hands, answers, strict=True))
    kept = [hand for hand, answer in pairs if answer.status_code == 302]
    lost = [(hand, answer.text) for hand, answer in pairs if answer.status_code == 409]
    return kept, lost


@pytest.mark.parametrize("people", [2, pytest.param(PEOPLE, marks=pytest.mark.long)])
def test_many_want_one_time_and_each_has_a_visit_in_the_end(web, place, scratch_url, people):
    """One has it; the others read a kind page with other times, and none is asked anew."""
    hands = in_front_of_times(web, place, people)
    slot = hands[0].times()[0]
    (first,), lost = press_all(hands, slot)
    assert len(lost) == people - 1
    for _hand, text in lost:
        assert TAKEN in sentences_in(text)
        assert slot not in slots_in(text)
        assert len(slots_in(text)) > 3, "other times stand on the same page"
    keeping, looking, rounds = [first], [hand for hand, _text in lost], 0
    while looking:
        rounds += 1
        assert rounds <= people, "somebody is sent round in circles"
        presses = [
            lambda hand=hand, n=n: hand.hold(hand.times()[n]) for n, hand in enumerate(looking)
        ]
        answers = list(zip(looking, at_once(presses), strict=True))
        keeping += [hand for hand, answer in answers if answer.status_code == 302]
        looking = [hand for hand, answer in answers if answer.status_code != 302]
    path = "book/confirm/"
    forms = [hand.form(hand.own(path), 'name="hold"') for hand in keeping]
    done = at_once(
        [
            lambda hand=hand, form=form, n=n: hand.send(
                hand.own(path), form | {"reason": f"Words {n}"}
            )
            for n, (hand, form) in enumerate(zip(keeping, forms, strict=True))
        ]
    )
    assert [answer.status_code for answer in done] == [302] * people
    told = ask(scratch_url, "SELECT reason FROM scheduling_appointment WHERE status = 'booked'")
    assert sorted(told) == sorted((f"Words {n}",) for n in range(people))
    assert overlaps(scratch_url) == 0


# Writing a time down takes so long that everybody has looked by then.
SLOW_DISK = """
CREATE FUNCTION slow_disk() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_sleep(1); RETURN NEW; END';
CREATE TRIGGER slow_disk BEFORE INSERT ON scheduling_reservation
FOR EACH ROW EXECUTE FUNCTION slow_disk();
"""


def test_without_the_guard_several_are_promised_one_time(web_without, place, scratch_url):
    """The positive control: the same presses, with neither locks nor the constraint.

    A slow disk keeps the moment open in which two see the same time free: otherwise the control
    would say how fast this machine is.
    """
    ask(scratch_url, "ALTER TABLE scheduling_reservation DROP CONSTRAINT resource_is_taken_once")
    ask(scratch_url, SLOW_DISK)
    hands = in_front_of_times(web_without("places"), place)
    kept, _lost = press_all(hands, hands[0].times()[0])
    assert len(kept) > 1
    assert overlaps(scratch_url) > 0


def test_a_time_that_ran_out_is_confirmed_and_wanted_at_the_same_moment(web, place, scratch_url):
    """Whoever gets it, the other one reads why, and what they typed stands there again."""
    ana, bo = in_front_of_times(web, place, 2)
    times = ana.times()
    for number in range(4):
        # A visit takes three of the times that are shown.
        slot = times[6 + 3 * number]
        assert ana.hold(slot).status_code == 302
        form = ana.form(ana.own("book/confirm/"), 'name="hold"')
        for table in ("scheduling_hold", "scheduling_reservation"):
            ask(
                scratch_url,
                f"UPDATE {table} SET expires_at = now() - interval '1 s' WHERE expires_at > now()",
            )
        words = f"My knee, {number}"
        booked, held = at_once(
            [
                lambda form=form, words=words: ana.send(
                    ana.own("book/confirm/"), form | {"reason": words}
                ),
                lambda slot=slot: bo.hold(slot),
            ]
        )
        # Ten minutes are ten minutes: what ran out is booked for nobody, and goes to who asks.
        assert (booked.status_code, held.status_code) == (409, 302)
        assert "10 minutes" in sentences_in(booked.text)
        others = slots_in(booked.text)
        assert ana.hold(others[-1]).status_code == 302
        assert words in ana.get(ana.own("book/confirm/")).text
    assert ask(scratch_url, "SELECT count(*) FROM scheduling_appointment") == [(0,)]
    assert overlaps(scratch_url) == 0
