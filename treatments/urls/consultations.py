"""Consultations, tests and referrals."""

from django.urls import URLPattern, path

from clinic.shared.uploads import takes_files
from treatments.api import consultations as consultations_api
from treatments.api import orders as orders_api
from treatments.pages.physician import consultations, orders, writing

physician_urls = [
    # Consultations
    path(
        "people/<uuid:patient_id>/consultations/", consultations.consultations, name="consultations"
    ),
    path("people/<uuid:patient_id>/consultations/new/", consultations.new, name="consultation-new"),
    path("consultations/<uuid:consultation_id>/", consultations.consultation, name="consultation"),
    path("consultations/<uuid:consultation_id>/draft/", writing.draft, name="consultation-draft"),
    path(
        "consultations/<uuid:consultation_id>/diagnoses/",
        writing.codes,
        name="consultation-codes",
    ),
    path(
        "consultations/<uuid:consultation_id>/print/",
        consultations.printed,
        name="consultation-print",
    ),
    path(
        "consultations/<uuid:consultation_id>/amend/",
        consultations.amend,
        name="consultation-amend",
    ),
    path(
        "consultations/<uuid:consultation_id>/withdraw/",
        consultations.withdraw,
        name="consultation-withdraw",
    ),
    path(
        "consultations/<uuid:consultation_id>/discard/",
        consultations.discard,
        name="consultation-discard",
    ),
    path("drafts/", consultations.drafts, name="drafts"),
    # Tests and referrals
    path("people/<uuid:patient_id>/tests/", orders.tests, name="tests"),
    path("people/<uuid:patient_id>/tests/new/", orders.new, name="test-new"),
    path("tests/<uuid:order_id>/", orders.test, name="test"),
    path("tests/<uuid:order_id>/report/", orders.report, name="test-report"),
    path("tests/<uuid:order_id>/cancel/", orders.cancel, name="test-cancel"),
    path("tests/reports/<uuid:report_id>/review/", orders.review, name="report-review"),
    path("tests/files/<uuid:file_id>/", orders.file, name="test-file"),
    path("results/", orders.results, name="results"),
]


api_urls: list[URLPattern] = [
    # Consultations
    path("consultations/", consultations_api.Consultations.as_view(), name="consultations"),
    path(
        "consultations/<uuid:consultation_id>/",
        consultations_api.ConsultationDetail.as_view(),
        name="consultation",
    ),
    path(
        "consultations/<uuid:consultation_id>/sign/",
        consultations_api.ConsultationSignature.as_view(),
        name="consultation-sign",
    ),
    path(
        "consultations/<uuid:consultation_id>/amend/",
        consultations_api.ConsultationAmendment.as_view(),
        name="consultation-amend",
    ),
    path(
        "consultations/<uuid:consultation_id>/withdraw/",
        consultations_api.ConsultationWithdrawal.as_view(),
        name="consultation-withdraw",
    ),
    path(
        "consultations/<uuid:consultation_id>/diagnoses/",
        consultations_api.Diagnoses.as_view(),
        name="diagnoses",
    ),
    path(
        "consultations/<uuid:consultation_id>/diagnoses/<int:diagnosis_id>/",
        consultations_api.DiagnosisDetail.as_view(),
        name="diagnosis",
    ),
    # Tests and referrals
    path("service-requests/", orders_api.ServiceRequests.as_view(), name="service-requests"),
    path(
        "service-requests/<uuid:order_id>/",
        orders_api.ServiceRequestDetail.as_view(),
        name="service-request",
    ),
    path(
        "service-requests/<uuid:order_id>/cancel/",
        orders_api.ServiceRequestCancel.as_view(),
        name="service-request-cancel",
    ),
    path(
        "diagnostic-reports/",
        takes_files(orders_api.DiagnosticReports.as_view()),
        name="diagnostic-reports",
    ),
    path(
        "diagnostic-reports/files/<uuid:file_id>/",
        orders_api.ReportFileDetail.as_view(),
        name="diagnostic-report-file",
    ),
    path(
        "diagnostic-reports/<uuid:report_id>/",
        orders_api.DiagnosticReportDetail.as_view(),
        name="diagnostic-report",
    ),
    path(
        "diagnostic-reports/<uuid:report_id>/review/",
        orders_api.DiagnosticReportReview.as_view(),
        name="diagnostic-report-review",
    ),
]
