"""Red flags at the desk: the questions, and what follows from the answers."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated
from patients.queries import access_patient
from treatments.actions.triage import file_triage
from treatments.domain.vocabulary import URGENCIES
from treatments.queries.triage import triage_questions


class QuestionSerializer(serializers.Serializer[Any]):
    """A red flag, and how it is asked."""

    key = serializers.CharField()
    words = serializers.CharField()


class AnswersSerializer(serializers.Serializer[Any]):
    """For whom, and which of the red flags they told of; none is an answer, too."""

    patient = serializers.UUIDField()
    flags = serializers.ListField(child=serializers.SlugField(max_length=60), max_length=60)


class TriageSerializer(serializers.Serializer[Any]):
    """How soon somebody is to be seen, and the words to say."""

    urgency = serializers.ChoiceField(choices=list(URGENCIES))
    words = serializers.ListField(child=serializers.CharField())


class Triages(GuardedAPIView):
    """Asking about red flags before a visit is booked."""

    permissions: ClassVar = {"GET": "scheduling.find_slots", "POST": "scheduling.book"}

    @extend_schema(operation_id="triage_questions", responses=QuestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The questions, the hastiest first."""
        found = triage_questions(self.user(request))
        return Response(QuestionSerializer(found, many=True).data)

    @extend_schema(request=AnswersSerializer, responses={201: TriageSerializer})
    def post(self, request: Request) -> Response:
        """File the answers for the clinicians; an emergency stops every booking from then on."""
        told, user, now = validated(AnswersSerializer, request), self.user(request), timezone.now()
        named: UUID = told["patient"]
        patient = access_patient(user, named, to_reach=False, now=now)
        found = file_triage(patient=patient, flags=told["flags"], by=user, now=now)
        return Response(TriageSerializer(found).data, status=201)
