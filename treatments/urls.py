"""Pages about the clinical record, for clinicians."""

from django.urls import path

from treatments.pages.physician import chart

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
]
