"""Courses of treatment, therapies, authorizations."""

from django.urls import URLPattern, path

from treatments.api import authorizations as authorizations_api
from treatments.api import courses as courses_api
from treatments.api import self_care as self_care_api
from treatments.pages.desk import authorizations as desk_authorizations
from treatments.pages.physician import authorizations, course, courses, therapy

physician_urls = [
    path("people/<uuid:patient_id>/courses/", courses.courses, name="courses"),
    path("people/<uuid:patient_id>/courses/new/", courses.new, name="course-new"),
    path("courses/<uuid:course_id>/", course.course, name="course"),
    path("courses/<uuid:course_id>/change/", course.change, name="course-change"),
    path("courses/<uuid:course_id>/dose/", course.dose, name="course-dose"),
    path("courses/<uuid:course_id>/steps/", course.step, name="course-step"),
    path("courses/<uuid:course_id>/visits/", course.visits, name="course-visits"),
    path(
        "courses/<uuid:course_id>/visits/<uuid:therapy_visit_id>/void/",
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


api_urls: list[URLPattern] = [
    path("treatment-courses/", courses_api.TreatmentCourses.as_view(), name="treatment-courses"),
    path(
        "treatment-courses/<uuid:course_id>/",
        courses_api.TreatmentCourseDetail.as_view(),
        name="treatment-course",
    ),
    path(
        "treatment-courses/<uuid:course_id>/steps/",
        courses_api.TreatmentCourseSteps.as_view(),
        name="treatment-course-steps",
    ),
    path(
        "treatment-courses/<uuid:course_id>/doses/",
        courses_api.TreatmentCourseDoses.as_view(),
        name="treatment-course-doses",
    ),
    path(
        "treatment-courses/<uuid:course_id>/visits/",
        courses_api.TreatmentCourseVisits.as_view(),
        name="treatment-course-visits",
    ),
    path(
        "treatment-courses/<uuid:course_id>/visits/<uuid:therapy_visit_id>/void/",
        courses_api.TreatmentCourseVisitVoid.as_view(),
        name="treatment-course-visit-void",
    ),
    path(
        "treatment-courses/<uuid:course_id>/checks/",
        self_care_api.TreatmentCourseChecks.as_view(),
        name="treatment-course-checks",
    ),
    path(
        "prior-authorizations/",
        authorizations_api.PriorAuthorizations.as_view(),
        name="prior-authorizations",
    ),
    path(
        "prior-authorizations/<uuid:authorization_id>/",
        authorizations_api.PriorAuthorizationDetail.as_view(),
        name="prior-authorization",
    ),
    path(
        "prior-authorizations/<uuid:authorization_id>/revoke/",
        authorizations_api.PriorAuthorizationRevoke.as_view(),
        name="prior-authorization-revoke",
    ),
]
