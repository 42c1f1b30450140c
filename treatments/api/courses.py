"""Courses of treatment through REST."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, paged
from patients.queries.people import access_chart
from treatments.actions.course_changes import CourseChange, change_course
from treatments.actions.course_orders import CourseOrder
from treatments.actions.course_steps import take_course_step
from treatments.actions.courses import change_dose, order_course
from treatments.actions.visits import Visit, record_visit, void_visit
from treatments.api.course_fields import (
    CourseChangeSerializer,
    CourseOrderSerializer,
    CourseQuerySerializer,
    CourseSerializer,
    CourseStepSerializer,
    CourseVisitSerializer,
    DoseChangeSerializer,
    NewVisitSerializer,
    NothingSerializer,
    detail_of,
)
from treatments.api.in_spite import RefusedByRulesSerializer, said_to_rules
from treatments.domain.course_orders import Detail, MedicationOrder
from treatments.domain.states import CourseStatus
from treatments.models import VisitOutcome
from treatments.queries.course_views import CourseView
from treatments.queries.courses import (
    access_consultation,
    access_course,
    access_treatment,
    access_visit,
    course_view,
    list_courses,
)

CLASH = OpenApiResponse(ProblemSerializer, "It stands elsewhere, or somebody was faster.")
STOPPED = OpenApiResponse(
    RefusedByRulesSerializer, "A rule stops it, it stands elsewhere, or somebody was faster."
)
ABOVE = OpenApiResponse(ProblemSerializer, "The daily dose is above the maximum; say why.")


def _view(user: User, course_id: UUID, now: datetime) -> CourseView:
    return course_view(user, course_id, today=timezone.localdate(), now=now)


def _detail(form: str, data: Any, user: User) -> Detail:
    """The detail as it was sent; whoever orders a prescription prescribes it."""
    detail = detail_of(form, data)
    if (
        isinstance(detail, MedicationOrder)
        and "prescriber_id" not in data
        and not detail.is_over_the_counter
    ):
        return replace(detail, prescriber_id=user.pk)
    return detail


class TreatmentCourses(GuardedAPIView):
    """Courses of treatment."""

    permissions: ClassVar = {
        "GET": "patients.view_chart",
        "POST": "treatments.manage_courses",
    }

    @extend_schema(
        operation_id="treatment_courses_list",
        parameters=[CourseQuerySerializer],
        responses=paged(CourseSerializer),
    )
    def get(self, request: Request) -> Response:
        """The courses of one person, newest first."""
        asked = validated_query(CourseQuerySerializer, request)
        pager = CursorPager(request, ordering=("-ordered_at", "-pk"))
        views = list_courses(
            self.user(request),
            asked["patient"],
            pager,
            today=timezone.localdate(),
            now=timezone.now(),
        )
        return pager.response(CourseSerializer(views, many=True).data)

    @extend_schema(
        request=CourseOrderSerializer, responses={201: CourseSerializer, 409: STOPPED, 422: ABOVE}
    )
    def post(self, request: Request) -> Response:
        """Order a course: planned, or begun; 409 with `findings` if a clinical rule stops it."""
        asked = validated(CourseOrderSerializer, request)
        user, now = self.user(request), timezone.now()
        patient = access_chart(user, asked.pop("patient"), now=now)
        treatment = access_treatment(user, asked.pop("treatment"))
        named = asked.pop("consultation", None)
        order = CourseOrder(
            patient=patient,
            treatment=treatment,
            detail=_detail(treatment.details["form"], asked.pop("detail"), user),
            consultation=named and access_consultation(user, patient, named),
            **said_to_rules(asked),
            **asked,
        )
        course = order_course(order=order, today=timezone.localdate(), by=user, now=now)
        data = CourseSerializer(_view(user, course.pk, now)).data
        return answer_with_etag(request, data, status=201)


class TreatmentCourseDetail(GuardedAPIView):
    """One course."""

    permissions: ClassVar = {
        "GET": "patients.view_chart",
        "PATCH": "treatments.manage_courses",
    }

    @extend_schema(operation_id="treatment_courses_retrieve", responses=CourseSerializer)
    def get(self, request: Request, course_id: UUID) -> Response:
        """The course with its detail and what was counted."""
        view = _view(self.user(request), course_id, timezone.now())
        return answer_with_etag(request, CourseSerializer(view).data)

    @extend_schema(
        request=CourseChangeSerializer,
        responses={200: CourseSerializer, 409: STOPPED, 422: ABOVE},
    )
    def patch(self, request: Request, course_id: UUID) -> Response:
        """Say something else of it; needs If-Match. A running dose has its own address."""
        user, now = self.user(request), timezone.now()
        view = _view(user, course_id, now)
        asked = validated(CourseChangeSerializer, request)
        require_match(request, CourseSerializer(view).data)
        course = view.course
        named, said = asked.pop("detail", None), said_to_rules(asked)
        kept = {
            name: getattr(course, name)
            for name in ("goal", "instructions", "start_date", "end_date")
        }
        change_course(
            course=course,
            change=CourseChange(
                _detail(course.form, named, user) if named is not None else course.order,
                **kept | asked | said,
            ),
            revision=course.revision,
            today=timezone.localdate(),
            by=user,
            now=now,
        )
        return answer_with_etag(request, CourseSerializer(_view(user, course_id, now)).data)


class TreatmentCourseSteps(GuardedAPIView):
    """Steps of a course."""

    permissions: ClassVar = {"POST": "treatments.manage_courses"}

    @extend_schema(request=CourseStepSerializer, responses={200: CourseSerializer, 409: STOPPED})
    def post(self, request: Request, course_id: UUID) -> Response:
        """Begin, pause, resume, complete or stop."""
        user, now, today = self.user(request), timezone.now(), timezone.localdate()
        course = access_course(user, course_id, now=now)
        asked = validated(CourseStepSerializer, request)
        take_course_step(
            course=course,
            to=CourseStatus(asked["to"]),
            on=asked.get("on", today),
            today=today,
            reason=asked.get("reason", ""),
            **said_to_rules(asked),
            by=user,
            now=now,
        )
        return answer_with_etag(request, CourseSerializer(_view(user, course_id, now)).data)


class TreatmentCourseDoses(GuardedAPIView):
    """Doses of a medication."""

    permissions: ClassVar = {"POST": "treatments.manage_courses"}

    @extend_schema(
        request=DoseChangeSerializer, responses={201: CourseSerializer, 409: STOPPED, 422: ABOVE}
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Another dose: a new course that follows this one, which stops."""
        user, now, today = self.user(request), timezone.now(), timezone.localdate()
        course = access_course(user, course_id, now=now)
        asked = validated(DoseChangeSerializer, request)
        detail = _detail(course.form, asked["detail"], user)
        if not isinstance(detail, MedicationOrder):
            raise Invalid("Only a medication has a dose.")
        following = change_dose(
            course=course,
            order=detail,
            on=asked.get("on", today),
            today=today,
            reason=asked.get("reason", ""),
            **said_to_rules(asked),
            by=user,
            now=now,
        )
        data = CourseSerializer(_view(user, following.pk, now)).data
        return answer_with_etag(request, data, status=201)


class TreatmentCourseVisits(GuardedAPIView):
    """Visits of a course of therapy."""

    permissions: ClassVar = {
        "GET": "patients.view_chart",
        "POST": "treatments.record_visits",
    }

    @extend_schema(
        operation_id="treatment_course_visits_list", responses=CourseVisitSerializer(many=True)
    )
    def get(self, request: Request, course_id: UUID) -> Response:
        """Every visit, newest first; those entered by mistake too."""
        view = _view(self.user(request), course_id, timezone.now())
        return Response(CourseVisitSerializer(view.visits, many=True).data)

    @extend_schema(request=NewVisitSerializer, responses={201: CourseVisitSerializer, 409: CLASH})
    def post(self, request: Request, course_id: UUID) -> Response:
        """Write down that somebody came, or did not; 409 if it seems to be there already."""
        user, now = self.user(request), timezone.now()
        course = access_course(user, course_id, now=now)
        asked = validated(NewVisitSerializer, request)
        visit = Visit(
            occurred_at=asked.get("occurred_at", now),
            outcome=VisitOutcome(asked["outcome"]),
            minutes=asked.get("minutes"),
            note=asked.get("note", ""),
            is_progress_report=asked["is_progress_report"],
        )
        row = record_visit(
            course=course, visit=visit, is_another=asked["is_another"], by=user, now=now
        )
        return Response(CourseVisitSerializer(row).data, status=201)


class TreatmentCourseVisitVoid(GuardedAPIView):
    """A visit that was entered by mistake."""

    permissions: ClassVar = {"POST": "treatments.record_visits"}

    @extend_schema(request=None, responses={200: CourseVisitSerializer, 409: CLASH})
    def post(self, request: Request, course_id: UUID, therapy_visit_id: UUID) -> Response:
        """It stays readable and counts no more."""
        user, now = self.user(request), timezone.now()
        course = access_course(user, course_id, now=now)
        validated(NothingSerializer, request)
        visit = access_visit(user, course, therapy_visit_id)
        done = void_visit(visit=visit, by=user, now=now)
        return Response(CourseVisitSerializer(done).data)
