"""The catalogue and diagnosis codes."""

from django.urls import URLPattern, path

from treatments.api import catalogue as catalogue_api
from treatments.pages.manager import catalogue

manager_urls: list[URLPattern] = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/new/<slug:section>/", catalogue.new_entry, name="new-catalogue-entry"),
    path("catalogue/<slug:key>/", catalogue.entry, name="catalogue-entry"),
    path("catalogue/<slug:key>/retire/", catalogue.retire, name="retire-catalogue-entry"),
    path("catalogue/<slug:key>/restore/", catalogue.restore, name="restore-catalogue-entry"),
]

api_urls: list[URLPattern] = [
    path(
        "catalogue-entries/",
        catalogue_api.CatalogueEntries.as_view(),
        name="catalogue-entries",
    ),
    path(
        "catalogue-entries/<slug:key>/",
        catalogue_api.CatalogueEntryDetail.as_view(),
        name="catalogue-entry",
    ),
    path("diagnosis-codes/", catalogue_api.DiagnosisCodes.as_view(), name="diagnosis-codes"),
]
