"""What goes wrong in a storm, and when: decided by a seed alone."""

import random
import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with a part for a while; `deeds` are (after seconds, what, …)."""

    part: str
    deeds: tuple
    is_short: bool = True

    @property
    def lasts(self):
        return max(deed[0] for deed in self.deeds)


def _away(part, begins, seconds, ends):
    return Fault(part, ((0.0, *begins), (seconds, *ends)), is_short=seconds < 7)


FAULTS = {
    "web killed": _away("web", ("kill", "web"), 1.0, ("start", "web")),
    "web: a worker killed": Fault("web", ((0.0, "kill_child", "web", 0),)),
    "web: the other worker killed": Fault("web", ((0.0, "kill_child", "web", 1),)),
    "web: the master killed": Fault(
        "web",
        ((0.0, "kill_leader", "web"), (0.5, "bury", "web"), (0.6, "start", "web")),
    ),
    "worker killed": _away("worker", ("kill", "worker"), 1.0, ("start", "worker")),
    "worker killed for long": _away("worker", ("kill", "worker"), 9.0, ("start", "worker")),
    "worker: a child killed": Fault("worker", ((0.0, "kill_child", "worker", 0),)),
    "worker: the other child killed": Fault("worker", ((0.0, "kill_child", "worker", 1),)),
    "worker: the leader killed, its children orphaned": _away(
        "worker", ("kill_leader", "worker"), 0.1, ("start", "worker")
    ),
    "beat killed": _away("beat", ("kill", "beat"), 1.0, ("start", "beat")),
    "two beats": _away("beat", ("start", "beat2"), 15.0, ("kill", "beat2")),
    "Valkey stopped, and back empty": _away("valkey", ("stop_valkey",), 8.0, ("start_valkey",)),
    "Valkey hangs": _away("valkey", ("hang_valkey",), 10.0, ("wake_valkey",)),
    "Valkey flushed": Fault("valkey", ((0.0, "flush"),)),
    "PostgreSQL restarted, fast": _away(
        "postgres", ("stop_postgres", signal.SIGINT), 0.5, ("start_postgres",)
    ),
    "PostgreSQL restarted, immediate": _away(
        "postgres", ("stop_postgres", signal.SIGQUIT), 0.5, ("start_postgres",)
    ),
    "PostgreSQL away for 5 s": _away(
        "postgres", ("stop_postgres", signal.SIGINT), 5.0, ("start_postgres",)
    ),
    "all sessions cut": Fault("postgres", ((0.0, "end_sessions"),)),
    "mail: try later (451)": _away("mail", ("mood", "later"), 6.0, ("mood", "ok")),
    "mail: broken (500)": _away("mail", ("mood", "broken"), 6.0, ("mood", "ok")),
    "mail: hangs": _away("mail", ("mood", "hang"), 12.0, ("mood", "ok")),
    "mail: takes it and drops the line": _away("mail", ("mood", "drop"), 6.0, ("mood", "ok")),
    "mail: takes three and loses them": Fault("mail", ((0.0, "lose", "mail", 3),)),
    "texts: broken (500)": _away("texts", ("carrier", "broken"), 6.0, ("carrier", "ok")),
    "texts: too many (429)": _away("texts", ("carrier", "too_many"), 6.0, ("carrier", "ok")),
    "texts: hang": _away("texts", ("carrier", "hang"), 12.0, ("carrier", "ok")),
    "texts: takes it and drops the line": _away(
        "texts", ("carrier", "drop"), 6.0, ("carrier", "ok")
    ),
    "texts: takes three and loses them": Fault("texts", ((0.0, "lose", "carrier", 3),)),
}
# What says “taken” and loses it: nothing fails, so every storm has them.
SILENT = ("mail: takes three and loses them", "texts: takes three and loses them")


@dataclass(frozen=True)
class Script:
    """The deeds in their order, as (second, what, …), and what they are called."""

    seed: int
    names: tuple
    deeds: tuple

    @property
    def lasts(self):
        return self.deeds[-1][0]


def write(seed, *, number, gap, only_short=False):
    """`number` faults, each kind before any comes again; of one part one after the other.

    Those that nobody notices (`SILENT`) are always among them, once.
    """
    chance = random.Random(seed)
    kinds = [name for name, fault in FAULTS.items() if fault.is_short or not only_short]
    order = []
    while len(order) < number:
        order += chance.sample(kinds, len(kinds))
    order = [name for name in order[:number] if name not in SILENT]
    for name in SILENT:
        order.insert(chance.randrange(number - len(SILENT)), name)
    at, free, deeds = 1.0, {}, []
    for name in order[:number]:
        fault = FAULTS[name]
        begins = max(at, free.get(fault.part, 0.0))
        deeds += [(begins + after, *deed) for after, *deed in fault.deeds]
        # Started anew, a part needs a while before it can be hit again.
        free[fault.part] = begins + fault.lasts + 3.0
        at += chance.uniform(0.2, 2.0) * gap
    return Script(seed, tuple(order[:number]), tuple(sorted(deeds, key=lambda deed: deed[0])))
