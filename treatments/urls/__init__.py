"""Pages and endpoints about the clinical record: the table of contents, one module a subject."""

from django.urls import path

from treatments.pages.physician import chart
from treatments.urls import (
    catalogue,
    consultations,
    courses,
    intakes,
    news,
    outcomes,
    procedures,
    rules,
)

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
    *consultations.physician_urls,
    *courses.physician_urls,
    *procedures.physician_urls,
    *outcomes.physician_urls,
    *rules.physician_urls,
    *intakes.physician_urls,
]

desk_urls = [*courses.desk_urls, *outcomes.desk_urls]

manager_urls = [
    *catalogue.manager_urls,
    *news.manager_urls,
    *outcomes.manager_urls,
    *rules.manager_urls,
]

api_urls = [
    *consultations.api_urls,
    *courses.api_urls,
    *procedures.api_urls,
    *outcomes.api_urls,
    *rules.api_urls,
    *catalogue.api_urls,
]
