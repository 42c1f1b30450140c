"""Findings of the clinical rules, and the rulebook."""

from django.urls import path

from treatments.pages.physician import findings

physician_urls = [
    path("findings/", findings.inbox, name="findings"),
    path("findings/<uuid:finding_id>/", findings.finding, name="finding"),
    path("findings/<uuid:finding_id>/seen/", findings.seen, name="finding-seen"),
    path("findings/<uuid:finding_id>/override/", findings.override, name="finding-override"),
]
