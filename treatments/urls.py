"""Pages and endpoints about the clinical record, for clinicians, managers and the desk."""

from django.urls import URLPattern, path

from treatments.pages.physician import (
    chart,
    favorites,
    procedure,
    procedures,
    recall,
    steroids,
)

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
    # Procedures, favourites, lots, steroids.
    path("people/<uuid:patient_id>/procedures/", procedures.procedures, name="procedures"),
    path("people/<uuid:patient_id>/procedures/new/", procedures.new, name="procedure-new"),
    path(
        "people/<uuid:patient_id>/procedures/outside/", procedures.outside, name="procedure-outside"
    ),
    path("people/<uuid:patient_id>/steroids/", steroids.steroids, name="steroids"),
    path("procedures/<int:procedure_id>/", procedure.procedure, name="procedure"),
    path("procedures/<int:procedure_id>/draft/", procedure.draft, name="procedure-draft"),
    path("procedures/<int:procedure_id>/sign/", procedure.sign, name="procedure-sign"),
    path("procedures/<int:procedure_id>/amend/", procedure.amend, name="procedure-amend"),
    path("procedures/<int:procedure_id>/withdraw/", procedure.withdraw, name="procedure-withdraw"),
    path("procedures/<int:procedure_id>/discard/", procedure.discard, name="procedure-discard"),
    path("procedures/<int:procedure_id>/favorite/", favorites.keep, name="favorite-keep"),
    path("favorites/", favorites.favorites, name="favorites"),
    path("favorites/<int:favorite_id>/rename/", favorites.rename, name="favorite-rename"),
    path("favorites/<int:favorite_id>/drop/", favorites.drop, name="favorite-drop"),
    path("recall/", recall.recall, name="recall"),
    path("recall.csv", recall.recall_csv, name="recall-csv"),
]

desk_urls: list[URLPattern] = []

manager_urls: list[URLPattern] = []

api_urls: list[URLPattern] = []
