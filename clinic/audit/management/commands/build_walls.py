"""`manage.py build_walls`: say in the database what the application may do there."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from clinic.audit import walls


class Command(BaseCommand):
    """Run by the owner of the tables, after each `migrate`."""

    help = (
        "Make the application's database role (from APP_DATABASE_URL) if it is not there, and give "
        "it what it needs and no more. Run it as the owner, after each migrate."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.APP_DATABASE_URL:
            raise CommandError("APP_DATABASE_URL must say as whom the application connects.")
        told = conninfo_to_dict(settings.APP_DATABASE_URL)
        role, password = str(told["user"]), str(told.get("password") or "")
        if role == connection.settings_dict["USER"]:
            raise CommandError("APP_DATABASE_URL must name another role than DATABASE_URL.")
        try:
            self._make(role, password)
            walls.build(role)
        except ProgrammingError as error:
            raise CommandError(f"The database refuses: {error}") from error
        self.stdout.write(f"The walls stand: {role} works with the tables and owns none.")

    def _make(self, role: str, password: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                statement = make.format(sql.Identifier(role), sql.Literal(password))
                cursor.execute(statement.as_string(cursor.connection))
