"""Courses of visits: proposed, booked whole, changed together."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, paged
from patients.queries import access_patient
from scheduling.actions.series import CourseRequest, CourseTime, add_visits, book_series
from scheduling.actions.series_cancel import cancel_series
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.api.appointment_fields import AppointmentSerializer
from scheduling.api.series_fields import (
    TAKEN,
    CourseSerializer,
    CourseWishSerializer,
    MoreVisitsSerializer,
    ProposalSerializer,
    SeriesCancelSerializer,
    SeriesChangeSerializer,
    SeriesDetailSerializer,
    SeriesQuerySerializer,
    SeriesSerializer,
)
from scheduling.domain.courses import CourseWish, PartOfDay, Scope
from scheduling.models import AppointmentSeries, Site
from scheduling.queries import catalogue
from scheduling.queries.courses import CourseQuestion, Proposal, propose_course
from scheduling.queries.series import (
    access_series,
    access_visit,
    course_of,
    first_visit,
    list_series,
)
from treatments.api.in_spite import said_to_rules
from treatments.queries.authorizations import access_bookable


def _times(user: User, site: Site, visits: list[dict[str, Any]]) -> list[CourseTime]:
    named = {visit["clinician"] for visit in visits if "clinician" in visit}
    people = {pk: catalogue.access_clinician(user, site, pk) for pk in named}
    return [(visit["start_at"], people.get(visit.get("clinician", 0))) for visit in visits]


def _detail(user: User, series: AppointmentSeries, now: datetime) -> Any:
    view = course_of(user, series, now=now)
    visits = [visit.appointment for visit in view.visits]
    return SeriesSerializer(series).data | {"visits": AppointmentSerializer(visits, many=True).data}


class SeriesProposals(GuardedAPIView):
    """Courses that could be booked."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(request=CourseWishSerializer, responses=ProposalSerializer)
    def post(self, request: Request) -> Response:
        """The most regular course that is free now; nothing is held by asking."""
        asked = validated(CourseWishSerializer, request)
        user, now = self.user(request), timezone.now()
        site = catalogue.access_site(user, asked["site"])
        named = asked.get("clinician")
        if named:
            catalogue.access_clinician(user, site, named)
        question = CourseQuestion(
            access_patient(user, asked["patient"], now=now).pk,
            catalogue.access_visit_type(user, asked["visit_type"]),
            site,
            CourseWish(
                count=asked["count"],
                per_week=asked["per_week"],
                first_day=asked["first_day"],
                weekdays=tuple(asked["weekdays"]),
                part=PartOfDay(asked["part"]),
                clock=asked.get("clock"),
                clinician_id=named,
                days_apart=asked["days_apart"],
            ),
            region=asked.get("region", ""),
        )
        found: Proposal = propose_course(user, question, now=now)
        return Response(ProposalSerializer(found).data)


class SeriesList(GuardedAPIView):
    """Courses."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.book"}

    @extend_schema(
        operation_id="series_list",
        parameters=[SeriesQuerySerializer],
        responses=paged(SeriesSerializer),
    )
    def get(self, request: Request) -> Response:
        """The courses at one's sites, newest first."""
        asked = validated_query(SeriesQuerySerializer, request)
        user = self.user(request)
        named = asked.get("patient")
        patient = access_patient(user, named, now=timezone.now()) if named else None
        pager = CursorPager(request, ordering=("-created_at", "pk"))
        rows = list_series(user, pager, patient=patient)
        return pager.response(SeriesSerializer(rows, many=True).data)

    @extend_schema(request=CourseSerializer, responses={201: SeriesDetailSerializer, 409: TAKEN})
    def post(self, request: Request) -> Response:
        """Book every visit of a course, or none; 409 with every clash and what is free near it."""
        asked = validated(CourseSerializer, request)
        user, now = self.user(request), timezone.now()
        site = catalogue.access_site(user, asked["site"])
        patient = access_patient(user, asked["patient"], now=now)
        named, today = asked.get("course"), now.astimezone(site.zone).date()
        course = access_bookable(user, patient, named, today=today).course if named else None
        wish = CourseRequest(
            patient=patient,
            course=course,
            visit_type=catalogue.access_visit_type(user, asked["visit_type"]),
            site=site,
            times=_times(user, site, asked["visits"]),
            per_week=asked["per_week"],
            reason=asked.get("reason", ""),
            region=asked.get("region", ""),
            **said_to_rules(asked),
        )
        series = book_series(request=wish, by=user, now=now)
        return answer_with_etag(request, _detail(user, series, now), status=201)


class SeriesDetail(GuardedAPIView):
    """One course."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "PATCH": "scheduling.book"}

    @extend_schema(operation_id="series_retrieve", responses=SeriesDetailSerializer)
    def get(self, request: Request, series_id: UUID) -> Response:
        """The course with every visit."""
        user = self.user(request)
        series = access_series(user, series_id)
        return answer_with_etag(request, _detail(user, series, timezone.now()))

    @extend_schema(
        request=SeriesChangeSerializer, responses={200: SeriesDetailSerializer, 409: TAKEN}
    )
    def patch(self, request: Request, series_id: UUID) -> Response:
        """Move visits together, all or none; needs If-Match.

        Later ones are counted from the named visit, or from the first.
        """
        user, now = self.user(request), timezone.now()
        series = access_series(user, series_id)
        asked = validated(SeriesChangeSerializer, request)
        require_match(request, _detail(user, series, now))
        named = asked.get("clinician")
        change = SeriesChange(
            days=asked["days"],
            clock=asked.get("clock"),
            clinician=catalogue.access_clinician(user, series.site, named) if named else None,
            anybody=asked["anybody"],
        )
        visit = _starting_from(user, series, asked)
        scope = Scope(asked["scope"])
        said = said_to_rules(asked)
        move_series(appointment=visit, scope=scope, change=change, **said, by=user, now=now)
        return answer_with_etag(request, _detail(user, series, now))


class SeriesVisits(GuardedAPIView):
    """More visits for a course."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=MoreVisitsSerializer, responses={201: SeriesDetailSerializer, 409: TAKEN}
    )
    def post(self, request: Request, series_id: UUID) -> Response:
        """Add visits; their numbers follow the highest there is."""
        user, now = self.user(request), timezone.now()
        series = access_series(user, series_id)
        asked = validated(MoreVisitsSerializer, request)
        times = _times(user, series.site, asked["visits"])
        add_visits(series=series, times=times, **said_to_rules(asked), by=user, now=now)
        return answer_with_etag(request, _detail(user, series, now), status=201)


class SeriesCancel(GuardedAPIView):
    """Cancelling visits of a course."""

    permissions: ClassVar = {"POST": "scheduling.cancel"}

    @extend_schema(
        request=SeriesCancelSerializer,
        responses={200: SeriesDetailSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, series_id: UUID) -> Response:
        """Cancel one visit, this and later ones, or all that are to come, for one reason."""
        user, now = self.user(request), timezone.now()
        series = access_series(user, series_id)
        asked = validated(SeriesCancelSerializer, request)
        cancel_series(
            appointment=_starting_from(user, series, asked),
            scope=Scope(asked["scope"]),
            reason=asked["cancellation_reason"],
            note=asked.get("note", ""),
            by=user,
            now=now,
        )
        return answer_with_etag(request, _detail(user, series, now))


def _starting_from(user: User, series: AppointmentSeries, asked: dict[str, Any]) -> Any:
    named = asked.get("appointment")
    return access_visit(user, series, named) if named else first_visit(user, series)
