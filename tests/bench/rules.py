"""How long it takes to ask all rules about one person: `python -m tests.bench.rules`.

A made-up person with ten years of injections, scores, medicines, values and therapy is asked about
at each stage. The promise is 5 milliseconds of Python; what is told is processor time, so that
other work on the machine counts less.
"""

import random
import time
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules import Facts, Proposal, Rulebook, earliest_allowed, evaluate
from treatments.domain.rules.facts import (
    Cared,
    Done,
    GivenDrug,
    Measurement,
    Scored,
    Stage,
    Taken,
)
from treatments.domain.spine import CountingRegion
from treatments.management.rule_files import read_rules

ON = date(2026, 6, 1)
TEN_YEARS = 3650
STEROID = GivenDrug("triamcinolone", frozenset({"steroid"}), Decimal(40), Decimal(1), True)
KINDS = (
    ("epidural-steroid-injection", {"esi", "steroid", "anticoagulant"}, "transforaminal"),
    ("medial-branch-block", {"facet", "steroid", "anticoagulant"}, "medial_branch"),
    ("radiofrequency-ablation", {"rfa", "anticoagulant"}, "thermal"),
)
MEDICINES = (
    ("warfarin", "anticoagulant"),
    ("ibuprofen", "nsaid"),
    ("gabapentin", "membrane_stabilizer"),
)
# Procedures, medicines and values of ten years: a usual person, and one with a thick chart.
SIZES = {"usual": (40, 15, 150), "thick": (80, 30, 300)}


def somebody(procedures, medicines, values):
    """The same person each time."""
    chance = random.Random(20261121)

    def ago():
        return ON - timedelta(days=chance.randrange(TEN_YEARS))

    done, scores = [], []
    for number in range(procedures):
        treatment, families, approach = KINDS[number % 3]
        one = Done(
            key=str(number),
            label="Procedure",
            on=ago(),
            treatment=treatment,
            families=frozenset(families),
            region=chance.choice(list(CountingRegion)),
            levels=frozenset({"L4-L5"}),
            side="left",
            approach=approach,
            purpose=chance.choice(["diagnostic", "therapeutic"]),
            drugs=(STEROID,) if number % 3 < 2 else (),
        )
        done.append(one)
        for days in (14, 90, 180):
            answered = one.on + timedelta(days=days)
            key = f"{number}-{days}"
            scores.append(
                Scored(key, answered, "nrs", Decimal(3), one.key, percent_relief=Decimal(60))
            )
    return Facts(
        birth_date=date(1950, 1, 1),
        sex="female",
        payer_class="medicare",
        payer="Medicare",
        region_code="TX",
        states=frozenset({"post_menopausal", "diabetes"}),
        done=tuple(done),
        scores=tuple(scores),
        taken=tuple(
            Taken(str(n), drug, drug, frozenset({kind}), ago())
            for n in range(medicines)
            for drug, kind in [MEDICINES[n % 3]]
        ),
        cared=tuple(
            Cared(
                str(n),
                "Therapy",
                "physical-therapy",
                ON - timedelta(days=200 * n + 60),
                ON - timedelta(days=200 * n + 20),
                frozenset({"therapy"}),
                tuple(ON - timedelta(days=200 * n + 60 - 2 * visit) for visit in range(20)),
            )
            for n in range(15)
        ),
        measured=tuple(
            Measurement(
                str(n), chance.choice(["egfr", "inr", "hba1c", "weight"]), Decimal(50), ago()
            )
            for n in range(values)
        ),
        diagnoses=frozenset({"M54.16"}),
        since={"pain": date(2020, 1, 1)},
    )


def main():
    """Ask, and print a line for each size and stage."""
    book = Rulebook.of(read_rules())
    print(f"{len(book.rules)} rules")
    for size, numbers in SIZES.items():
        facts = somebody(*numbers)
        for stage in Stage:
            proposal = Proposal(
                treatment=KINDS[0][0],
                families=frozenset(KINDS[0][1]),
                stage=stage,
                region=CountingRegion.LUMBAR_SACRAL,
                levels=frozenset({"L5"}),
                side="left",
                approach="transforaminal",
                drugs=(STEROID,) if stage is Stage.RECORD else (),
            )
            asked = _milliseconds(lambda p=proposal, f=facts: evaluate(f, p, book, ON))
            first = _milliseconds(lambda p=proposal, f=facts: earliest_allowed(f, p, book, ON))
            found = len(evaluate(facts, proposal, book, ON))
            print(
                f"{size:6} {stage:9} {asked:6.2f} ms, {found:2} findings; earliest {first:6.2f} ms"
            )


def _milliseconds(call, times=30):
    """The quickest of many: the rest is the machine's other work."""
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        call()
        best = min(best, time.process_time() - begin)
    return 1000 * best


if __name__ == "__main__":
    main()
