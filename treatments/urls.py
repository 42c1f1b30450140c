"""Pages about the clinical record, for clinicians."""

from django.urls import path

from treatments.pages import physician

physician_urls = [
    path("people/<uuid:patient_id>/", physician.chart, name="chart"),
]
