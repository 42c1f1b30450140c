"""What a test that committed leaves behind is taken away, and nothing else is touched.

Django empties every table after such a test and then writes its own rows anew, which takes longer
than most of those tests. Here only the tables that hold rows are emptied.
"""

from django.db import connections, transaction
from django.test import TransactionTestCase

# What every database holds from the day it is made.
STAYS = frozenset({"django_content_type", "auth_permission"})


def empty_what_is_full(connection) -> None:
    """Delete every row that is not part of an empty database.

    Rows that nobody may ever delete are no exception: for this the triggers sleep.
    """
    names = sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAYS)
    quoted = [connection.ops.quote_name(name) for name in names]
    holding = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in quoted)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(holding)
        full = [name for (name,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in full:
            cursor.execute(f"DELETE FROM {name}")


def emptied(test: TransactionTestCase) -> None:
    """Stands in for Django's own way of cleaning up after a test that committed."""
    for alias in test._databases_names(include_mirrors=False):
        empty_what_is_full(connections[alias])
