"""Pages and endpoints about the clinical record, for clinicians, managers and the desk."""

from django.urls import URLPattern, path

from treatments.pages.desk import authorizations as desk_authorizations
from treatments.pages.physician import authorizations, chart, course, courses, therapy

physician_urls = [
    path("people/<uuid:patient_id>/", chart.chart, name="chart"),
    # Courses, therapies, authorizations
    path("people/<uuid:patient_id>/courses/", courses.courses, name="courses"),
    path("people/<uuid:patient_id>/courses/new/", courses.new, name="course-new"),
    path("courses/<uuid:course_id>/", course.course, name="course"),
    path("courses/<uuid:course_id>/change/", course.change, name="course-change"),
    path("courses/<uuid:course_id>/dose/", course.dose, name="course-dose"),
    path("courses/<uuid:course_id>/steps/", course.step, name="course-step"),
    path("courses/<uuid:course_id>/visits/", course.visits, name="course-visits"),
    path(
        "courses/<uuid:course_id>/visits/<uuid:visit_id>/void/",
        course.void,
        name="course-visit-void",
    ),
    path("courses/<uuid:course_id>/checks/", course.checks, name="course-checks"),
    path("therapy/", therapy.therapy, name="therapy"),
    path(
        "people/<uuid:patient_id>/authorizations/",
        authorizations.authorizations,
        name="authorizations",
    ),
    path(
        "authorizations/<uuid:authorization_id>/revoke/",
        authorizations.revoke,
        name="authorization-revoke",
    ),
]

desk_urls: list[URLPattern] = [
    # Authorizations
    path(
        "people/<uuid:patient_id>/authorizations/",
        desk_authorizations.authorizations,
        name="authorizations",
    ),
    path(
        "authorizations/<uuid:authorization_id>/revoke/",
        desk_authorizations.revoke,
        name="authorization-revoke",
    ),
]

manager_urls: list[URLPattern] = []

api_urls: list[URLPattern] = []
