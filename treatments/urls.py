"""Pages and endpoints about the clinical record, for clinicians, managers and the desk."""

from django.urls import URLPattern, path

from treatments.pages.physician import chart

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
]

desk_urls: list[URLPattern] = []

manager_urls: list[URLPattern] = []

api_urls: list[URLPattern] = []
