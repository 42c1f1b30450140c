"""Versions keep the indexes that somebody asks by; tables lose those that stood twice."""

from django.conf import settings
from django.db import migrations

from clinic.shared.postgres.keys import KeysWithoutIndex


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        KeysWithoutIndex(
            {
                "readevent": ["user"],
            }
        ),
    ]
