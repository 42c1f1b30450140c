"""Procedures, favourites, lots, steroids."""

from django.urls import URLPattern, path

from treatments.api import lots_and_steroids as lots_api
from treatments.api import outside_treatment as outside_api
from treatments.api import procedures as procedures_api
from treatments.pages.physician import (
    favorites,
    outside_treatment,
    procedure,
    procedures,
    recall,
    steroids,
)

physician_urls = [
    path("people/<uuid:patient_id>/procedures/", procedures.procedures, name="procedures"),
    path("people/<uuid:patient_id>/procedures/new/", procedures.new, name="procedure-new"),
    path(
        "people/<uuid:patient_id>/procedures/outside/", procedures.outside, name="procedure-outside"
    ),
    path("people/<uuid:patient_id>/steroids/", steroids.steroids, name="steroids"),
    path("procedures/<int:procedure_id>/", procedure.procedure, name="procedure"),
    path("procedures/<int:procedure_id>/draft/", procedure.draft, name="procedure-draft"),
    path("procedures/<int:procedure_id>/limits/", procedure.limits, name="procedure-limits"),
    path("procedures/<int:procedure_id>/sign/", procedure.sign, name="procedure-sign"),
    path("procedures/<int:procedure_id>/amend/", procedure.amend, name="procedure-amend"),
    path("procedures/<int:procedure_id>/withdraw/", procedure.withdraw, name="procedure-withdraw"),
    path(
        "procedures/<int:procedure_id>/treatment/",
        outside_treatment.treatment,
        name="procedure-treatment",
    ),
    path("procedures/<int:procedure_id>/discard/", procedure.discard, name="procedure-discard"),
    path("procedures/<int:procedure_id>/favorite/", favorites.keep, name="favorite-keep"),
    path("favorites/", favorites.favorites, name="favorites"),
    path("favorites/<int:favorite_id>/rename/", favorites.rename, name="favorite-rename"),
    path("favorites/<int:favorite_id>/drop/", favorites.drop, name="favorite-drop"),
    path("recall/", recall.recall, name="recall"),
    path("recall.csv", recall.recall_csv, name="recall-csv"),
]


api_urls: list[URLPattern] = [
    path("procedures/", procedures_api.Procedures.as_view(), name="procedures"),
    path(
        "procedures/<int:procedure_id>/",
        procedures_api.ProcedureDetail.as_view(),
        name="procedure",
    ),
    path(
        "procedures/<int:procedure_id>/sign/",
        procedures_api.ProcedureSign.as_view(),
        name="procedure-sign",
    ),
    path(
        "procedures/<int:procedure_id>/amend/",
        procedures_api.ProcedureAmend.as_view(),
        name="procedure-amend",
    ),
    path(
        "procedures/<int:procedure_id>/withdraw/",
        procedures_api.ProcedureWithdraw.as_view(),
        name="procedure-withdraw",
    ),
    path(
        "procedures/<int:procedure_id>/treatment/",
        outside_api.ProcedureTreatment.as_view(),
        name="procedure-treatment",
    ),
    path("procedure-favorites/", lots_api.ProcedureFavorites.as_view(), name="procedure-favorites"),
    path(
        "procedure-favorites/<int:favorite_id>/",
        lots_api.ProcedureFavorite.as_view(),
        name="procedure-favorite",
    ),
    path("steroid-ledgers/", lots_api.SteroidLedgers.as_view(), name="steroid-ledgers"),
    path("lot-recalls/", lots_api.LotRecalls.as_view(), name="lot-recalls"),
]
