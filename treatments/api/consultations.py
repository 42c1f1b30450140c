"""Consultations and diagnoses."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries.people import access_chart
from treatments.actions import consultations as actions
from treatments.actions.diagnoses import DiagnosisWish, remove_diagnosis, write_diagnosis
from treatments.actions.documents import Check
from treatments.api.matching import IF_MATCH, MATCH_PROBLEMS
from treatments.domain.consultation import pieces_of, read_piece
from treatments.domain.examination import Nonsense
from treatments.models import Consultation, ConsultationKind, SpineSide
from treatments.queries import consultations as queries

VIEW, WRITE = "patients.view_chart", "treatments.write_consultations"


class PatientQuerySerializer(PageQuerySerializer):
    """Whose rows."""

    patient = serializers.UUIDField()


class DiagnosisSerializer(serializers.Serializer[Any]):
    """A diagnosis, in order of `rank`."""

    id = serializers.IntegerField()
    consultation = serializers.UUIDField(source="consultation_id")
    code = serializers.CharField(source="code_id", allow_null=True)
    text = serializers.CharField()
    cause = serializers.CharField(source="cause_id", allow_null=True)
    side = serializers.CharField()
    rank = serializers.IntegerField()
    onset_date = serializers.DateField(allow_null=True)


class ConsultationSerializer(serializers.Serializer[Any]):
    """A consultation; `pieces` is all that was said, by name."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    clinician = serializers.IntegerField(source="clinician_id")
    kind = serializers.CharField()
    status = serializers.CharField(source="record_status")
    occurred_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    signed_by = serializers.IntegerField(source="signed_by_id", allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    replaces = serializers.UUIDField(source="replaces_id", allow_null=True)
    amendment_reason = serializers.CharField()
    error_reason = serializers.CharField()
    pieces = serializers.SerializerMethodField()
    diagnoses = DiagnosisSerializer(many=True, source="diagnoses.all")

    def get_pieces(self, row: Consultation) -> dict[str, str]:
        """Such as `text-plan`, `flag-fever`, `exam-strength-L4-left`, `pain-0-worst`."""
        return pieces_of(row)


class NewConsultationSerializer(serializers.Serializer[Any]):
    """A draft to begin."""

    patient = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ConsultationKind.choices)
    occurred_at = serializers.DateTimeField()


class PiecesSerializer(serializers.Serializer[Any]):
    """What is to be written: pieces by name; "" takes one away. Others stay as they are."""

    pieces = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=20_000))


class ConsultationReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=500)


class NewDiagnosisSerializer(serializers.Serializer[Any]):
    """A diagnosis to write down: a code, or words."""

    code = serializers.CharField(required=False, max_length=10)
    text = serializers.CharField(required=False, max_length=300)
    cause = serializers.CharField(required=False, max_length=60)
    side = serializers.ChoiceField(required=False, choices=SpineSide.choices)
    onset_date = serializers.DateField(required=False)


class Consultations(GuardedAPIView):
    """A person's consultations."""

    permissions: ClassVar = {"GET": VIEW, "POST": WRITE}

    @extend_schema(
        operation_id="consultations_list",
        parameters=[PatientQuerySerializer],
        responses=paged(ConsultationSerializer),
    )
    def get(self, request: Request) -> Response:
        """Newest first; drafts and replaced versions too, each with its `status`."""
        asked = validated_query(PatientQuerySerializer, request)
        pager = CursorPager(request, ordering=("-occurred_at", "pk"))
        rows = queries.consultations_page(
            self.user(request), asked["patient"], pager, now=timezone.now()
        )
        return pager.response(ConsultationSerializer(rows, many=True).data)

    @extend_schema(request=NewConsultationSerializer, responses={201: ConsultationSerializer})
    def post(self, request: Request) -> Response:
        """Begin a draft; a follow-up takes over the reason and the diagnoses."""
        asked, user = validated(NewConsultationSerializer, request), self.user(request)
        now = timezone.now()
        draft = actions.begin_consultation(
            patient=access_chart(user, asked["patient"], now=now),
            kind=ConsultationKind(asked["kind"]),
            occurred_at=asked["occurred_at"],
            by=user,
            now=now,
        )
        return answer_with_etag(request, _seen(user, draft.pk), status=201)


class ConsultationDetail(GuardedAPIView):
    """One consultation."""

    permissions: ClassVar = {"GET": VIEW, "PATCH": WRITE, "DELETE": WRITE}

    @extend_schema(responses=ConsultationSerializer)
    def get(self, request: Request, consultation_id: UUID) -> Response:
        """All that was said, and its diagnoses."""
        return answer_with_etag(request, _seen(self.user(request), consultation_id))

    @extend_schema(
        request=PiecesSerializer,
        responses={200: ConsultationSerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, consultation_id: UUID) -> Response:
        """Write pieces of a draft; send the ETag that was read as If-Match."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        require_match(request, _seen(user, consultation_id))
        actions.save_consultation(
            consultation=row,
            pieces=_checked(validated(PiecesSerializer, request)["pieces"]),
            revision=row.revision,
            by=user,
            now=now,
        )
        return answer_with_etag(request, _seen(user, consultation_id))

    @extend_schema(
        parameters=[IF_MATCH], responses={204: None, 409: ProblemSerializer, **MATCH_PROBLEMS}
    )
    def delete(self, request: Request, consultation_id: UUID) -> Response:
        """Discard one's own draft; send the ETag that was read as If-Match."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        actions.discard_draft(consultation=row, check=_as_read(request), by=user, now=now)
        return Response(status=204)


class ConsultationSignature(GuardedAPIView):
    """The signature under a draft."""

    permissions: ClassVar = {"POST": WRITE}

    @extend_schema(
        request=None,
        parameters=[IF_MATCH],
        responses={200: ConsultationSerializer, 409: ProblemSerializer, **MATCH_PROBLEMS},
    )
    def post(self, request: Request, consultation_id: UUID) -> Response:
        """Sign what was read, named by its ETag as If-Match; from now on it never changes."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        _nothing_sent(request)
        actions.sign_consultation(consultation=row, check=_as_read(request), by=user, now=now)
        return Response(_seen(user, consultation_id))


class ConsultationAmendment(GuardedAPIView):
    """A correction of what is signed."""

    permissions: ClassVar = {"POST": WRITE}

    @extend_schema(
        request=ConsultationReasonSerializer,
        responses={201: ConsultationSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, consultation_id: UUID) -> Response:
        """A draft that replaces it once it is signed."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        reason = validated(ConsultationReasonSerializer, request)["reason"]
        draft = actions.amend_consultation(consultation=row, reason=reason, by=user, now=now)
        return answer_with_etag(request, _seen(user, draft.pk), status=201)


class ConsultationWithdrawal(GuardedAPIView):
    """What was entered in error."""

    permissions: ClassVar = {"POST": WRITE}

    @extend_schema(
        request=ConsultationReasonSerializer,
        responses={200: ConsultationSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, consultation_id: UUID) -> Response:
        """Mark it; it stays readable."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        reason = validated(ConsultationReasonSerializer, request)["reason"]
        actions.withdraw_consultation(consultation=row, reason=reason, by=user, now=now)
        return Response(_seen(user, consultation_id))


class Diagnoses(GuardedAPIView):
    """The diagnoses of one consultation."""

    permissions: ClassVar = {"GET": VIEW, "POST": WRITE}

    @extend_schema(
        operation_id="consultation_diagnoses_list", responses=DiagnosisSerializer(many=True)
    )
    def get(self, request: Request, consultation_id: UUID) -> Response:
        """In order; at most twenty."""
        return Response(_seen(self.user(request), consultation_id)["diagnoses"])

    @extend_schema(
        request=NewDiagnosisSerializer,
        responses={201: DiagnosisSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, consultation_id: UUID) -> Response:
        """Add one to a draft, last in order."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        wish = _wish(user, validated(NewDiagnosisSerializer, request))
        diagnosis = write_diagnosis(consultation=row, wish=wish, by=user, now=now)
        return Response(DiagnosisSerializer(diagnosis).data, status=201)


class DiagnosisDetail(GuardedAPIView):
    """One diagnosis of a consultation."""

    permissions: ClassVar = {"DELETE": WRITE}

    @extend_schema(responses={204: None, 409: ProblemSerializer})
    def delete(self, request: Request, consultation_id: UUID, diagnosis_id: int) -> Response:
        """Take it out of a draft."""
        user, now = self.user(request), timezone.now()
        row = queries.access_consultation(user, consultation_id, now=now)
        diagnosis = queries.access_diagnosis(user, row, diagnosis_id)
        remove_diagnosis(consultation=row, diagnosis=diagnosis, by=user, now=now)
        return Response(status=204)


class _NothingSerializer(serializers.Serializer[Any]):
    pass


def _nothing_sent(request: Request) -> None:
    validated(_NothingSerializer, request)


def _as_read(request: Request) -> Check:
    # Compared under the lock, so that nothing is signed or thrown away that nobody has read.
    return lambda current: require_match(request, ConsultationSerializer(current).data)


def _seen(user: User, consultation_id: UUID) -> Any:
    row = queries.access_consultation(user, consultation_id, now=timezone.now())
    return ConsultationSerializer(row).data


def _checked(pieces: dict[str, str]) -> dict[str, str]:
    """Refuses the whole change if one piece makes no sense. Raises `Invalid`."""
    wrong = {}
    for name, text in pieces.items():
        try:
            read_piece(name, text)
        except Nonsense as nonsense:
            wrong[name] = [str(nonsense)]
        except KeyError:
            wrong[name[:60]] = ["There is no such piece."]
    if wrong:
        sentences = " ".join(f"{name}: {said[0]}" for name, said in wrong.items())
        raise Invalid(sentences, details={"fields": wrong})
    return pieces


def _wish(user: User, asked: dict[str, Any]) -> DiagnosisWish:
    code = queries.access_code(user, asked["code"]) if asked.get("code") else None
    if asked.get("code") and code is None:
        raise Invalid(f"There is no code {asked['code']}.")
    causes = {entry.key: entry for entry in queries.causes(user)}
    if asked.get("cause") and asked["cause"] not in causes:
        raise Invalid(f"There is no cause {asked['cause']}.")
    return DiagnosisWish(
        code=code,
        text=asked.get("text", ""),
        cause=causes.get(asked.get("cause", "")),
        side=asked.get("side", ""),
        onset_date=asked.get("onset_date"),
    )
