"""Versions keep the indexes that somebody asks by; tables lose those that stood twice."""

from django.conf import settings
from django.db import migrations

from clinic.shared.postgres.keys import KeysWithoutIndex


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0003_fewer_indexes"),
        ("treatments", "0004_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        KeysWithoutIndex(
            {
                "adverseeventversion": ["course", "procedure", "recorded_by", "risk"],
                "catalogueentryversion": ["retired_by"],
                "consultationversion": ["clinician", "drafted_by", "replaces", "signed_by"],
                "courseeventversion": ["by", "course"],
                "diagnosedconditionversion": ["condition", "diagnosis"],
                "diagnosisversion": ["cause", "code", "consultation"],
                "diagnosticreportversion": ["entered_by", "order", "reviewed_by"],
                "findingversion": ["acknowledged_by", "found_by", "rule"],
                "followupversion": ["closed_by", "course", "procedure"],
                "holdplanversion": ["approved_by", "prescriber_noted_by", "treatment"],
                "medicationdetailversion": ["course", "drug", "prescriber", "statement"],
                "observationversion": ["report"],
                "overrideversion": ["by", "finding"],
                "priorauthorizationversion": ["course", "recorded_by", "treatment"],
                "proceduraldetailversion": ["course"],
                "proceduredrugversion": ["drug", "procedure"],
                "procedurefavoriteversion": ["clinician", "treatment"],
                "procedureversion": ["course", "drafted_by", "performer", "replaces", "signed_by", "treatment"],
                "questionnaireresponseversion": ["course", "entered_by", "instrument", "procedure"],
                "referraldetailversion": ["course"],
                "reportfileversion": ["report"],
                "selfcarecheckversion": ["course", "recorded_by"],
                "selfcaredetailversion": ["course"],
                "servicerequestversion": ["consultation", "diagnostic", "requested_by"],
                "therapydetailversion": ["course"],
                "therapyvisitversion": ["course", "recorded_by"],
                "treatmentcourseversion": ["consultation", "follows", "ordered_by", "treatment"],
            }
        ),
    ]
