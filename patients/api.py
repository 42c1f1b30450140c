"""People through REST: find, register, read. No clinical facts."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from patients.actions.register import Registration, register_patient
from patients.forms.people import RegistrationForm
from patients.queries import access_patient, search


class CoverageSerializer(serializers.Serializer[Any]):
    """Who pays, first payer first."""

    payer_class = serializers.CharField()
    payer = serializers.CharField()
    plan = serializers.CharField()
    member_id = serializers.CharField()


class PatientSerializer(serializers.Serializer[Any]):
    """Who a person is and how to reach them."""

    id = serializers.UUIDField()
    record_number = serializers.IntegerField()
    given_names = serializers.CharField()
    family_name = serializers.CharField()
    birth_date = serializers.DateField()
    gender = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    coverages = CoverageSerializer(many=True)


class PatientSearchSerializer(serializers.Serializer[Any]):
    """What was typed to find a person."""

    q = serializers.CharField(max_length=200)


class RegistrationSerializer(serializers.Serializer[Any]):
    """A person to register; `is_another_person` says that a likely duplicate is not one."""

    given_names = serializers.CharField(max_length=150)
    family_name = serializers.CharField(max_length=150)
    birth_date = serializers.DateField()
    gender = serializers.CharField(required=False, max_length=20)
    language = serializers.CharField(required=False, max_length=5)
    phone = serializers.CharField(required=False, max_length=40)
    email = serializers.EmailField(required=False)
    payer_class = serializers.CharField(required=False, max_length=20)
    payer = serializers.CharField(required=False, max_length=150)
    plan = serializers.CharField(required=False, max_length=150)
    member_id = serializers.CharField(required=False, max_length=80)
    is_another_person = serializers.BooleanField(default=False)


class Patients(GuardedAPIView):
    """The people the clinic knows."""

    permissions: ClassVar = {"GET": "patients.search", "POST": "patients.register"}

    @extend_schema(
        operation_id="patients_search",
        parameters=[
            OpenApiParameter(
                "q", str, required=True, description="Part of a name, phone, birth date or number."
            )
        ],
        responses=PatientSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Find people; at most 20, best first."""
        asked = validated_query(PatientSearchSerializer, request)
        found = search(self.user(request), asked["q"], today=timezone.localdate())
        return Response(PatientSerializer(found, many=True).data)

    @extend_schema(
        request=RegistrationSerializer, responses={201: PatientSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Register a person; 409 with the likely duplicates if there are any."""
        asked = validated(RegistrationSerializer, request)
        is_another_person = asked.pop("is_another_person")
        patient = register_patient(
            registration=_checked(asked),
            is_another_person=is_another_person,
            by=self.user(request),
            now=timezone.now(),
        )
        return Response(PatientSerializer(patient).data, status=201)


class PatientDetail(GuardedAPIView):
    """One person."""

    permissions: ClassVar = {"GET": "patients.view_contact"}

    @extend_schema(responses=PatientSerializer)
    def get(self, request: Request, patient_id: Any) -> Response:
        """Who they are and how to reach them."""
        return Response(
            PatientSerializer(
                access_patient(self.user(request), patient_id, now=timezone.now())
            ).data
        )


def _checked(asked: dict[str, Any]) -> Registration:
    """The same checks as the desk's form, so that no door is wider than the other."""
    defaults = {"gender": "unknown", "language": "en", "payer_class": "unknown"}
    birth_date = asked["birth_date"].isoformat()
    form = RegistrationForm(defaults | asked | {"birth_date": birth_date})
    if not form.is_valid():
        raise serializers.ValidationError(form.errors.get_json_data())
    return form.registration()
