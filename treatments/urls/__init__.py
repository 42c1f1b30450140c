"""Pages and endpoints about the clinical record: the table of contents, one module a subject."""

from django.urls import URLPattern, path

from treatments.pages.physician import chart
from treatments.urls import consultations, courses, procedures

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
    *consultations.physician_urls,
    *courses.physician_urls,
    *procedures.physician_urls,
]

desk_urls = [*courses.desk_urls]

manager_urls: list[URLPattern] = []

api_urls = [*consultations.api_urls, *courses.api_urls, *procedures.api_urls]
