"""How long the nightly look of the rules takes: `python -m tests.bench.nightly [visits]`.

So many coming visits (20,000) of people with histories; the promise is 60 seconds and flat memory.
The first run files what it finds, the second finds nothing new, as on an ordinary night. With
`--profile` the time of each function of the second run is shown.
"""

import cProfile
import os
import pstats
import resource
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from local.servers import embedded_servers

DAY = timedelta(days=1)
VISITS = 20_000
# Of one person: procedures, scores, medicines, problems, values.
PROCEDURES, SCORES, VALUES = 8, 12, 10
MEDICINES = ("Warfarin 5 MG Oral Tablet", "Ibuprofen 400 MG", "Gabapentin 300 MG", "Metformin")
PROBLEMS = ("Low back pain", "Lumbar radiculopathy", "Diabetes mellitus type 2", "Hypertension")
MEASURED = ("INR", "eGFR", "HbA1c", "Body weight", "Platelets")
DONE = (
    ("epidural-steroid-injection", "transforaminal"),
    ("medial-branch-block", "medial_branch"),
    ("radiofrequency-ablation", "thermal"),
)


def main() -> int:
    """Build it, look twice, and print what each look took."""
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    visits = int(numbers[0]) if numbers else VISITS
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {"DEMO": "true", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    os.environ.setdefault("SECRET_KEY", "bench-only-bench-only-bench-only-bench-only")
    with ExitStack() as running:
        kept = os.environ.get("DORSA_BENCH_KEEP")
        folder = Path(kept or running.enter_context(TemporaryDirectory(prefix="dorsa-bench-")))
        servers = running.enter_context(embedded_servers(data_dir=folder))
        os.environ |= {"DATABASE_URL": servers.admin_url, "REDIS_URL": servers.redis_url}
        import django

        django.setup()
        from scheduling.models import Appointment

        if not (folder / "built").exists():
            began = time.monotonic()
            build(visits)
            _vacuum()
            (folder / "built").touch()
            print(f"built in {time.monotonic() - began:.0f} s", flush=True)
        print(f"{Appointment.objects.count()} coming visits", flush=True)
        look("first", is_profiled=False)
        look("again", is_profiled="--profile" in sys.argv)
    return 0


def look(name: str, *, is_profiled: bool) -> None:
    """One whole run, with the time and the memory of every tenth batch."""
    from django.utils import timezone

    from scheduling.actions.look_again import begin_run, continue_run

    profile = cProfile.Profile() if is_profiled else None
    wall, used = time.monotonic(), time.process_time()
    begin_run(is_wanted=True, by="bench", now=timezone.now())
    batches = 0
    if profile:
        profile.enable()
    while run := continue_run(by="bench", now=timezone.now()):
        batches += 1
        if batches % 10 == 0 or not run.is_open:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"  {run.looked} looked at, peak {peak} MB", flush=True)
        if not run.is_open:
            break
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)
    wall, used = time.monotonic() - wall, time.process_time() - used
    each = 1000 * used / max(run.looked, 1)
    print(
        f"{name}: {run.looked} visits in {wall:.1f} s ({used:.1f} s of our processor, "
        f"{each:.2f} ms each), {run.found} new, {run.cleared} cleared",
        flush=True,
    )


def build(visits: int) -> None:
    """As many people as visits, each with a history and a visit in the next year."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from patients.models import Patient
    from tests import builders
    from tests.record_builders import shipped_catalogue, shipped_instruments
    from treatments.models import CatalogueEntry

    call_command("migrate", verbosity=0)
    shipped_catalogue()
    shipped_instruments()
    call_command("load_rules", verbosity=0)
    site, clerk = builders.make_site("America/New_York"), builders.make_user()
    kinds = [
        builders.make_visit_type(
            30, treatment=CatalogueEntry.objects.get(pk=treatment), region="lumbar"
        )
        for treatment, _approach in DONE
    ]
    now = datetime.now(UTC)
    for first in range(0, visits, 2_000):
        numbers = range(first, min(first + 2_000, visits))
        with transaction.atomic(), connection.cursor() as cursor:
            # What is loaded has no history to be kept.
            cursor.execute("SET LOCAL session_replication_role = replica")
            Patient.objects.bulk_create(
                Patient(
                    given_names="Ana",
                    family_name=f"Ruiz{n}",
                    birth_date=f"19{40 + n % 50}-05-17",
                    gender="female" if n % 2 else "male",
                )
                for n in numbers
            )
            # Their ids are the database's.
            people = list(Patient.objects.order_by("-pk")[: len(numbers)])
            _histories(people, now)
            _visits(people, site, kinds, clerk, now)


def _histories(people, now):
    from patients.models import Condition, Coverage, MedicationStatement
    from treatments.models import Instrument, Observation, Procedure, QuestionnaireResponse

    nrs = Instrument.objects.get(key="nrs-average", retired_at__isnull=True)
    several = list(enumerate(people))
    Coverage.objects.bulk_create(
        Coverage(patient=one, payer_class=("medicare", "commercial")[n % 2], payer="P", rank=1)
        for n, one in several
    )
    MedicationStatement.objects.bulk_create(
        MedicationStatement(patient=one, text=MEDICINES[(n + k) % 4], recorded_at=now)
        for n, one in several
        for k in range(3)
    )
    Condition.objects.bulk_create(
        Condition(patient=one, text=PROBLEMS[(n + k) % 4], recorded_at=now)
        for n, one in several
        for k in range(3)
    )
    Observation.objects.bulk_create(
        Observation(
            patient=one,
            text=MEASURED[k % 5],
            value=Decimal(2),
            effective_at=now - (30 * k + n % 30) * DAY,
            recorded_at=now,
        )
        for n, one in several
        for k in range(VALUES)
    )
    Procedure.objects.bulk_create(
        Procedure(
            patient=one,
            treatment_id=DONE[(n + k) % 3][0],
            text="Injection",
            performed_at=now - (120 * k + 60 + n % 60) * DAY,
            region="lumbar",
            levels=["L4-L5"],
            approach=DONE[(n + k) % 3][1],
            laterality="left",
            record_status="outside",
            recorded_at=now,
        )
        for n, one in several
        for k in range(PROCEDURES)
    )
    QuestionnaireResponse.objects.bulk_create(
        QuestionnaireResponse(
            patient=one,
            instrument=nrs,
            authored_at=now - (60 * k + n % 30) * DAY,
            respondent="patient",
            answers={"pain": 4},
            score=4,
        )
        for n, one in several
        for k in range(SCORES)
    )


def _visits(people, site, kinds, clerk, now):
    from scheduling.models import Appointment

    Appointment.objects.bulk_create(
        Appointment(
            patient=one,
            visit_type=kinds[n % 3],
            site=site,
            start_at=now + (1 + n % 300) * DAY,
            end_at=now + (1 + n % 300) * DAY + timedelta(minutes=30),
            status_at=now,
            booked_by=clerk,
        )
        for n, one in enumerate(people)
    )


def _vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
