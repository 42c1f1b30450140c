"""Searches of the record go by an index, however long the tables grow."""

import re

import pytest
from django.db import connection

from tests.record_builders import shipped_catalogue
from treatments.models import ProcedureDrug
from treatments.models.procedure import PLAIN_LOT

pytestmark = pytest.mark.django_db


def test_a_lot_is_found_by_its_index():
    """A recall is urgent, and every drug that was ever given is in that table."""
    shipped_catalogue()
    rows = ProcedureDrug.objects.exclude(lot_number="").annotate(plain=PLAIN_LOT)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.filter(plain="AB12-C").explain()
    assert "procedure_drug_by_lot" in plan, plan
    assert re.search(r"Index Cond: .*upper\(regexp_replace", plan), plan
