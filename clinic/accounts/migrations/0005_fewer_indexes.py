"""Versions keep the indexes that somebody asks by; tables lose those that stood twice."""

from django.db import migrations

from clinic.shared.postgres.keys import KeysWithoutIndex


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_answered_etag"),
    ]

    operations = [
        KeysWithoutIndex(
            {
                "answeredrequest": ["user"],
                "apitokenversion": ["user"],
                "teammemberversion": ["team", "user"],
            }
        ),
    ]
