"""What people told before a visit."""

from django.urls import path

from treatments.pages.physician import intakes

physician_urls = [
    path("intakes/", intakes.intakes, name="intakes"),
    path("people/<uuid:patient_id>/intake/", intakes.intake, name="intake"),
    path(
        "people/<uuid:patient_id>/intake/<uuid:intake_id>/",
        intakes.intake,
        name="intake-version",
    ),
    path(
        "people/<uuid:patient_id>/intake/<uuid:intake_id>/decide/",
        intakes.decide,
        name="intake-decide",
    ),
]
