"""Adverse events."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, paged
from patients.models import Patient
from patients.queries import access_chart
from treatments.actions.adverse_events import Harm, change_adverse_event, record_adverse_event
from treatments.actions.event_errors import withdraw_adverse_event
from treatments.api.instants import RecordedInstantField
from treatments.api.scores import LARGEST_ID, OF_PATIENT, OfPatientSerializer, VoidSerializer
from treatments.models import AdverseEvent, CtcaeGrade, EventOutcome, EventStatus, Relatedness
from treatments.queries import adverse_events as read
from treatments.queries.scores import access_procedure_of_record, recent_courses


class AdverseEventSerializer(serializers.Serializer[Any]):
    """Something bad that happened; `grade` is CTCAE, serious from 3 on."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    risk = serializers.CharField(source="risk_id")
    procedure = serializers.IntegerField(source="procedure_id", allow_null=True)
    course = serializers.UUIDField(source="course_id", allow_null=True)
    onset_at = serializers.DateTimeField()
    grade = serializers.IntegerField()
    is_serious = serializers.SerializerMethodField()
    relatedness = serializers.ChoiceField(choices=Relatedness.choices)
    description = serializers.CharField()
    actions_taken = serializers.CharField()
    outcome = serializers.ChoiceField(choices=EventOutcome.choices)
    resolved_date = serializers.DateField(allow_null=True)
    reported_to = serializers.CharField()
    reported_date = serializers.DateField(allow_null=True)
    record_status = serializers.ChoiceField(choices=EventStatus.choices)
    error_reason = serializers.CharField()
    error_at = serializers.DateTimeField(allow_null=True)
    error_by = serializers.CharField(source="error_by.name", default=None, allow_null=True)
    revision = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()

    def get_is_serious(self, event: AdverseEvent) -> bool:
        """Whether it is grade 3 or more."""
        return event.grade >= read.SERIOUS


class ChangedEventSerializer(serializers.Serializer[Any]):
    """What is known now; what is not sent stays."""

    risk = serializers.SlugField(required=False)
    procedure = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, allow_null=True
    )
    course = serializers.UUIDField(required=False, allow_null=True)
    onset_at = RecordedInstantField(required=False)
    grade = serializers.ChoiceField(required=False, choices=CtcaeGrade.choices)
    relatedness = serializers.ChoiceField(required=False, choices=Relatedness.choices)
    description = serializers.CharField(required=False, max_length=5000)
    actions_taken = serializers.CharField(required=False, max_length=5000, allow_blank=True)
    outcome = serializers.ChoiceField(required=False, choices=EventOutcome.choices)
    resolved_date = serializers.DateField(required=False, allow_null=True)
    reported_to = serializers.CharField(required=False, max_length=200, allow_blank=True)
    reported_date = serializers.DateField(required=False, allow_null=True)


class NewEventSerializer(ChangedEventSerializer):
    """Something bad that happened."""

    patient = serializers.UUIDField()
    risk = serializers.SlugField()
    onset_at = RecordedInstantField()
    grade = serializers.ChoiceField(choices=CtcaeGrade.choices)
    relatedness = serializers.ChoiceField(choices=Relatedness.choices)
    description = serializers.CharField(max_length=5000)


class AdverseEvents(GuardedAPIView):
    """What happened to a person."""

    permissions: ClassVar = {
        "GET": "treatments.record_adverse_events",
        "POST": "treatments.record_adverse_events",
    }

    @extend_schema(
        operation_id="adverse_events_list",
        parameters=OF_PATIENT,
        responses=paged(AdverseEventSerializer),
    )
    def get(self, request: Request) -> Response:
        """Newest first, those that were entered in error included."""
        asked = validated_query(OfPatientSerializer, request)
        pager = CursorPager(request, ordering=("-onset_at", "-pk"))
        found = read.adverse_events(
            self.user(request), asked["patient"], page=pager, now=timezone.now()
        )
        return pager.response(AdverseEventSerializer(found, many=True).data)

    @extend_schema(request=NewEventSerializer, responses={201: AdverseEventSerializer})
    def post(self, request: Request) -> Response:
        """Write down something bad that happened."""
        asked = validated(NewEventSerializer, request)
        user, now = self.user(request), timezone.now()
        patient = access_chart(user, asked.pop("patient"), now=now)
        made = record_adverse_event(
            patient=patient,
            harm=Harm(**_linked(asked, user, patient, now)),
            today=timezone.localdate(),
            by=user,
            now=now,
        )
        return answer_with_etag(request, AdverseEventSerializer(made).data, status=201)


class OneAdverseEvent(GuardedAPIView):
    """One event."""

    permissions: ClassVar = {
        "GET": "treatments.record_adverse_events",
        "PATCH": "treatments.record_adverse_events",
    }

    @extend_schema(operation_id="adverse_events_retrieve", responses=AdverseEventSerializer)
    def get(self, request: Request, event_id: UUID) -> Response:
        """What is known of it."""
        found = read.access_event(self.user(request), event_id, now=timezone.now())
        return answer_with_etag(request, AdverseEventSerializer(found).data)

    @extend_schema(
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)],
        request=ChangedEventSerializer,
        responses={
            200: AdverseEventSerializer,
            409: OpenApiResponse(ProblemSerializer, "Changed while this was being written."),
            412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
            428: OpenApiResponse(ProblemSerializer, "No If-Match."),
        },
    )
    def patch(self, request: Request, event_id: UUID) -> Response:
        """Write down what is known now."""
        user, now = self.user(request), timezone.now()
        found = read.access_event(user, event_id, now=now)
        asked = validated(ChangedEventSerializer, request)
        require_match(request, AdverseEventSerializer(found).data)
        known = {name: getattr(found, name) for name in Harm.__dataclass_fields__}
        change_adverse_event(
            event=found,
            harm=Harm(**(known | _linked(asked, user, found.patient, now))),
            revision=found.revision,
            today=timezone.localdate(),
            by=user,
            now=now,
        )
        again = read.access_event(user, event_id, now=now)
        return answer_with_etag(request, AdverseEventSerializer(again).data)


class Withdrawing(GuardedAPIView):
    """Entered in error."""

    permissions: ClassVar = {"POST": "treatments.record_adverse_events"}

    @extend_schema(
        request=VoidSerializer, responses={200: AdverseEventSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, event_id: UUID) -> Response:
        """It stays readable and counts no more; 409 if it was taken back before."""
        user, now = self.user(request), timezone.now()
        found = read.access_event(user, event_id, now=now)
        asked = validated(VoidSerializer, request)
        withdraw_adverse_event(event=found, reason=asked["reason"], by=user, now=now)
        again = read.access_event(user, event_id, now=now)
        return answer_with_etag(request, AdverseEventSerializer(again).data)


def _linked(asked: dict[str, Any], user: User, patient: Patient, now: datetime) -> dict[str, Any]:
    """The fields that were sent, with rows in place of ids."""
    said = dict(asked)
    try:
        if "risk" in said:
            said["risk"] = read.access_risk(user, said["risk"])
    except NotFound:
        raise _wrong("risk", "There is no such risk in the catalogue.") from None
    try:
        if said.get("procedure") is not None:
            said["procedure"] = access_procedure_of_record(user, said["procedure"], now=now)[0]
    except NotFound:
        raise _wrong("procedure", "This person has no such procedure.") from None
    if said.get("course") is not None:
        courses = {course.pk: course for course in recent_courses(user, patient)}
        if said["course"] not in courses:
            raise _wrong("course", "This person has no such course.")
        said["course"] = courses[said["course"]]
    return said


def _wrong(field: str, sentence: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [sentence]})
