"""Questionnaires and their answers."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries import access_chart
from treatments.actions.outcomes import Answered, record_response, void_response
from treatments.api.instants import RecordedInstantField
from treatments.models import Occasion, Procedure, Respondent
from treatments.queries import scores as read

LARGEST_ID = 2**31 - 1
ASKED = [value for value in Occasion.values if value != Occasion.DIARY]


class OfPatientSerializer(PageQuerySerializer):
    """Whose rows are wanted."""

    patient = serializers.UUIDField()


OF_PATIENT = [
    OpenApiParameter("patient", str, required=True),
    OpenApiParameter("cursor", str),
    OpenApiParameter("page_size", int),
]


class InstrumentSerializer(serializers.Serializer[Any]):
    """A questionnaire in one version."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.JSONField()
    license_note = serializers.CharField()
    is_shipped = serializers.BooleanField()
    retired_at = serializers.DateTimeField(allow_null=True)


class ResponseSerializer(serializers.Serializer[Any]):
    """An answered questionnaire. `score` is a decimal as text, null if too little was answered."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    instrument = serializers.IntegerField(source="instrument_id")
    instrument_key = serializers.CharField(source="instrument.key")
    instrument_version = serializers.CharField(source="instrument.version")
    authored_at = serializers.DateTimeField()
    respondent = serializers.ChoiceField(choices=Respondent.choices)
    answers = serializers.DictField(child=serializers.IntegerField())
    score = serializers.DecimalField(max_digits=8, decimal_places=3, allow_null=True)
    occasion = serializers.ChoiceField(choices=Occasion.choices)
    procedure = serializers.IntegerField(source="procedure_id", allow_null=True)
    course = serializers.UUIDField(source="course_id", allow_null=True)
    hours_after = serializers.DecimalField(max_digits=6, decimal_places=2, allow_null=True)
    wants_again = serializers.BooleanField(allow_null=True)
    note = serializers.CharField()
    voided_at = serializers.DateTimeField(allow_null=True)
    void_reason = serializers.CharField()


class NewResponseSerializer(serializers.Serializer[Any]):
    """Answers to a questionnaire, by the ids of its items. A diary is filled in on its page."""

    patient = serializers.UUIDField()
    instrument = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    authored_at = RecordedInstantField()
    respondent = serializers.ChoiceField(choices=Respondent.values, default=Respondent.PATIENT)
    answers = serializers.DictField(child=serializers.IntegerField())
    occasion = serializers.ChoiceField(choices=ASKED, default=Occasion.ROUTINE)
    procedure = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    course = serializers.UUIDField(required=False)
    wants_again = serializers.BooleanField(required=False, allow_null=True, default=None)
    note = serializers.CharField(required=False, max_length=2000, allow_blank=True, default="")


class VoidSerializer(serializers.Serializer[Any]):
    """Why it counts no more."""

    reason = serializers.CharField(max_length=500)


class Instruments(GuardedAPIView):
    """Questionnaires."""

    permissions: ClassVar = {"GET": "treatments.record_outcomes"}

    @extend_schema(operation_id="instruments_list", responses=InstrumentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that may be filled in."""
        found = read.instruments(self.user(request))
        return Response(InstrumentSerializer(found, many=True).data)


class OneInstrument(GuardedAPIView):
    """One questionnaire."""

    permissions: ClassVar = {"GET": "treatments.record_outcomes"}

    @extend_schema(operation_id="instruments_retrieve", responses=InstrumentSerializer)
    def get(self, request: Request, instrument_id: int) -> Response:
        """Its items and how they are scored, retired or not."""
        found = read.access_instrument(self.user(request), min(instrument_id, LARGEST_ID))
        return answer_with_etag(request, InstrumentSerializer(found).data)


class Responses(GuardedAPIView):
    """Answers of a person."""

    permissions: ClassVar = {
        "GET": "treatments.record_outcomes",
        "POST": "treatments.record_outcomes",
    }

    @extend_schema(
        operation_id="questionnaire_responses_list",
        parameters=OF_PATIENT,
        responses=paged(ResponseSerializer),
    )
    def get(self, request: Request) -> Response:
        """Newest first, those that were taken back included."""
        asked = validated_query(OfPatientSerializer, request)
        pager = CursorPager(request, ordering=("-authored_at", "-pk"))
        found = read.responses(self.user(request), asked["patient"], page=pager, now=timezone.now())
        return pager.response(ResponseSerializer(found, many=True).data)

    @extend_schema(
        request=NewResponseSerializer, responses={201: ResponseSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Write down answers; the score is made of them here."""
        asked = validated(NewResponseSerializer, request)
        user, now = self.user(request), timezone.now()
        patient = access_chart(user, asked.pop("patient"), now=now)
        instrument = _instrument(user, asked.pop("instrument"))
        procedure, course = asked.pop("procedure", None), asked.pop("course", None)
        made = record_response(
            patient=patient,
            answered=Answered(
                instrument=instrument,
                procedure=_procedure(user, procedure, now) if procedure else None,
                course=_course(user, patient, course) if course else None,
                **asked,
            ),
            by=user,
            now=now,
        )
        return answer_with_etag(request, ResponseSerializer(made).data, status=201)


class OneResponse(GuardedAPIView):
    """One answered questionnaire."""

    permissions: ClassVar = {"GET": "treatments.record_outcomes"}

    @extend_schema(operation_id="questionnaire_responses_retrieve", responses=ResponseSerializer)
    def get(self, request: Request, response_id: UUID) -> Response:
        """What was answered."""
        found = read.access_response(self.user(request), response_id, now=timezone.now())
        return answer_with_etag(request, ResponseSerializer(found).data)


class Voiding(GuardedAPIView):
    """Taking an answer back."""

    permissions: ClassVar = {"POST": "treatments.record_outcomes"}

    @extend_schema(
        request=VoidSerializer, responses={200: ResponseSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, response_id: UUID) -> Response:
        """It stays readable and counts no more; 409 if it was taken back before."""
        user, now = self.user(request), timezone.now()
        found = read.access_response(user, response_id, now=now)
        asked = validated(VoidSerializer, request)
        void_response(response=found, reason=asked["reason"], by=user, now=now)
        again = read.access_response(user, response_id, now=now)
        return Response(ResponseSerializer(again).data)


def _instrument(user: User, named: int) -> Any:
    try:
        return read.access_instrument(user, named)
    except NotFound:
        raise _wrong("instrument", "There is no such questionnaire.") from None


def _procedure(user: User, named: int, now: Any) -> Procedure:
    try:
        return read.access_procedure_of_record(user, named, now=now)[0]
    except NotFound:
        raise _wrong("procedure", "This person has no such procedure.") from None


def _course(user: User, patient: Any, named: UUID) -> Any:
    for course in read.recent_courses(user, patient):
        if course.pk == named:
            return course
    raise _wrong("course", "This person has no such course.")


def _wrong(field: str, sentence: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [sentence]})
