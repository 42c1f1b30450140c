"""Versions keep the indexes that somebody asks by; tables lose those that stood twice."""

from django.conf import settings
from django.db import migrations

from clinic.shared.postgres.keys import KeysWithoutIndex


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_fewer_indexes"),
        ("patients", "0002_privacy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        KeysWithoutIndex(
            {
                "careteammember": ["patient"],
                "careteammemberversion": ["team", "user"],
                "consentversion": ["recorded_by"],
                "documentversion": ["filed_by"],
                "emergencyaccessversion": ["user"],
                "patientmergeversion": ["merged_by", "undone_by"],
                "portalaccessversion": ["user"],
            }
        ),
    ]
