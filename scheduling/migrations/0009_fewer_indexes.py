"""Versions keep the indexes that somebody asks by; tables lose those that stood twice."""

from django.conf import settings
from django.db import migrations, models

from clinic.shared.postgres.keys import KeysWithoutIndex
from clinic.shared.postgres.together import Together


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0003_fewer_indexes"),
        ("scheduling", "0008_rules"),
        ("treatments", "0005_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
        migrations.RemoveIndex(
            model_name='reservation',
            name='reservation_of_appointment',
        ),
        KeysWithoutIndex(
            {
                "appointment": ["booked_by", "course", "patient", "seat", "series", "site", "visit_type"],
                "appointmentevent": ["by"],
                "appointmenteventversion": ["appointment", "by"],
                "appointmentseriesversion": ["booked_by", "course", "site", "visit_type"],
                "appointmentversion": ["booked_by", "course", "seat", "series", "site", "visit_type"],
                "holdversion": ["appointment", "held_by", "site", "visit_type"],
                "queueticketversion": ["appointment", "site"],
                "reservation": ["appointment", "group", "hold", "resource"],
                "reservationversion": ["appointment", "group", "hold", "resource"],
                "secretlinkversion": ["created_by", "resource", "site"],
                "waitlistentryversion": ["appointment", "clinician", "created_by", "site", "visit_type"],
                "waitlistofferversion": ["entry", "hold", "offered_by"],
                "worklistitemversion": ["appointment", "created_by", "resolved_by"],
            }
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(models.F('course'), condition=models.Q(('course__isnull', False)), name='appointment_of_course'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(models.F('seat'), condition=models.Q(('seat__isnull', False)), name='appointment_of_seat'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(models.F('appointment'), condition=models.Q(('appointment__isnull', False)), name='reservation_of_appointment'),
        ),
        ]),
    ]
