"""Procedures through REST."""

from dataclasses import replace
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, paged
from patients.queries.people import access_chart
from treatments.actions import procedures as actions
from treatments.actions.documents import Check, NotADraft
from treatments.api.matching import IF_MATCH, MATCH_PROBLEMS
from treatments.api.procedure_fields import (
    ProcedureChangeSerializer,
    ProcedureNewSerializer,
    ProcedureQuerySerializer,
    ProcedureReasonSerializer,
    ProcedureSerializer,
    SignSerializer,
)
from treatments.domain.procedures import Content, GivenDrug
from treatments.models import TreatmentCourse
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.queries import procedures as queries
from treatments.queries.courses_for import open_course

PREPARE, SIGN = "treatments.prepare_procedures", "treatments.sign_procedures"


class Procedures(GuardedAPIView):
    """What was done to a person."""

    permissions: ClassVar = {"GET": "patients.view_chart", "POST": PREPARE}

    @extend_schema(
        operation_id="procedures_list",
        parameters=[ProcedureQuerySerializer],
        responses=paged(ProcedureSerializer),
    )
    def get(self, request: Request) -> Response:
        """Every version there is, in the order they were written, latest first."""
        asked = validated_query(ProcedureQuerySerializer, request)
        pages = CursorPager(request, ordering=("-pk",))
        now = timezone.now()
        rows = queries.procedures_page(self.user(request), asked["patient"], pages, now=now)
        return pages.response(ProcedureSerializer(rows, many=True).data)

    @extend_schema(
        request=ProcedureNewSerializer, responses={201: ProcedureSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Begin a draft, or write down what was done elsewhere."""
        user, now = self.user(request), timezone.localtime()
        asked = validated(ProcedureNewSerializer, request)
        patient = access_chart(user, asked["patient"], now=now)
        make = _outside if asked["record_status"] == "outside" else _started
        row = make(user, patient, asked, now)
        fresh = queries.access_procedure(user, row.pk, now=now)
        return answer_with_etag(request, ProcedureSerializer(fresh).data, status=201)


class ProcedureDetail(GuardedAPIView):
    """One procedure."""

    permissions: ClassVar = {"GET": "patients.view_chart", "PATCH": PREPARE, "DELETE": PREPARE}

    @extend_schema(responses=ProcedureSerializer)
    def get(self, request: Request, procedure_id: int) -> Response:
        """With its drugs."""
        found = queries.access_procedure(self.user(request), procedure_id, now=timezone.now())
        return answer_with_etag(request, ProcedureSerializer(found).data)

    @extend_schema(
        request=ProcedureChangeSerializer,
        responses={200: ProcedureSerializer, 409: ProblemSerializer, 412: ProblemSerializer},
    )
    def patch(self, request: Request, procedure_id: int) -> Response:
        """Change a draft; give its ETag as If-Match."""
        user, now = self.user(request), timezone.localtime()
        found = queries.access_procedure(user, procedure_id, now=now)
        asked = validated(ProcedureChangeSerializer, request)
        require_match(request, ProcedureSerializer(found).data)
        before = content_of(found)
        asked_for = asked.pop("performer", None)
        performer = _performer(user, asked_for) if asked_for is not None else found.performer
        if performer is None:
            raise NotADraft
        change = actions.Change(
            content=_merged(before, asked),
            performer=performer,
            revision=found.revision,
            drugs_seen=drugs_mark(before.drugs),
        )
        actions.save_procedure(procedure=found, change=change, by=user, now=now)
        fresh = queries.access_procedure(user, procedure_id, now=now)
        return answer_with_etag(request, ProcedureSerializer(fresh).data)

    @extend_schema(
        parameters=[IF_MATCH], responses={204: None, 409: ProblemSerializer, **MATCH_PROBLEMS}
    )
    def delete(self, request: Request, procedure_id: int) -> Response:
        """Throw a draft away; give its ETag as If-Match."""
        user, now = self.user(request), timezone.now()
        found = queries.access_procedure(user, procedure_id, now=now)
        actions.discard_procedure(procedure=found, check=_as_read(request), by=user, now=now)
        return Response(status=204)


class ProcedureSign(GuardedAPIView):
    """The signature."""

    permissions: ClassVar = {"POST": SIGN}

    @extend_schema(
        request=SignSerializer,
        parameters=[IF_MATCH],
        responses={200: ProcedureSerializer, 409: ProblemSerializer, **MATCH_PROBLEMS},
    )
    def post(self, request: Request, procedure_id: int) -> Response:
        """Sign the draft that was read, named by its ETag; 409 lists all that is missing."""
        user, now = self.user(request), timezone.localtime()
        found = queries.access_procedure(user, procedure_id, now=now)
        reasons = validated(SignSerializer, request).get("reasons", {})
        actions.sign_procedure(
            procedure=found, reasons=reasons, check=_as_read(request), by=user, now=now
        )
        fresh = queries.access_procedure(user, procedure_id, now=now)
        return Response(ProcedureSerializer(fresh).data)


class ProcedureAmend(GuardedAPIView):
    """A correction."""

    permissions: ClassVar = {"POST": SIGN}

    @extend_schema(
        request=ProcedureReasonSerializer,
        responses={201: ProcedureSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, procedure_id: int) -> Response:
        """A draft that will replace this one when it is signed."""
        user, now = self.user(request), timezone.now()
        found = queries.access_procedure(user, procedure_id, now=now)
        reason = validated(ProcedureReasonSerializer, request)["reason"]
        row = actions.amend_procedure(procedure=found, reason=reason, by=user, now=now)
        fresh = queries.access_procedure(user, row.pk, now=now)
        return answer_with_etag(request, ProcedureSerializer(fresh).data, status=201)


class ProcedureWithdraw(GuardedAPIView):
    """Entered in error."""

    permissions: ClassVar = {"POST": SIGN}

    @extend_schema(
        request=ProcedureReasonSerializer,
        responses={200: ProcedureSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request, procedure_id: int) -> Response:
        """It stays readable and counts no more."""
        user, now = self.user(request), timezone.now()
        found = queries.access_procedure(user, procedure_id, now=now)
        reason = validated(ProcedureReasonSerializer, request)["reason"]
        actions.withdraw_procedure(procedure=found, reason=reason, by=user, now=now)
        fresh = queries.access_procedure(user, procedure_id, now=now)
        return Response(ProcedureSerializer(fresh).data)


def _as_read(request: Request) -> Check:
    # Compared under the lock, so that nothing is signed or thrown away that nobody has read.
    return lambda current: require_match(request, ProcedureSerializer(current).data)


def _performer(user: User, wanted: int | None) -> User:
    people = {person.pk: person for person in queries.performers(user)}
    if wanted is None and user.pk in people:
        return user
    if wanted not in people:
        raise serializers.ValidationError({"performer": ["Name somebody who may sign."]})
    return people[wanted]


def _merged(before: Content, asked: dict[str, Any]) -> Content:
    values = {name: value for name, value in asked.items() if hasattr(before, name)}
    if "drugs" in values:
        values["drugs"] = tuple(_given(row) for row in values["drugs"])
    if "levels" in values:
        values["levels"] = tuple(values["levels"])
    return replace(before, **values)


def _given(row: dict[str, Any]) -> GivenDrug:
    said = dict(row)
    return GivenDrug(drug=said.pop("drug_id"), **said)


def _started(user: User, patient: Any, asked: dict[str, Any], now: Any) -> Any:
    offered = {entry.key: entry for entry in queries.offered_treatments(user)}
    treatment = offered.get(asked.get("treatment", ""))
    if treatment is None:
        raise serializers.ValidationError(
            {"treatment": ["Name a treatment of the catalogue that is recorded as a procedure."]}
        )
    _refuse_signers_own(user, asked)
    return actions.start_procedure(
        patient=patient,
        treatment=treatment,
        performer=_performer(user, asked.pop("performer", None)),
        content=_merged(Content(), asked),
        course=_course(user, patient, asked.get("course"), now),
        by=user,
        now=now,
    )


def _refuse_signers_own(user: User, asked: dict[str, Any]) -> None:
    told = {*asked, *(asked.get("checklist") or {})}
    named = [name for name in (*actions.SIGNERS_OWN, "stop_reason") if name in told]
    if named and not user.has_perm(SIGN):
        raise serializers.ValidationError({name: [actions.FOR_WHO_SIGNS] for name in named})


def _course(user: User, patient: Any, named: Any, now: Any) -> TreatmentCourse | None:
    try:
        return open_course(user, patient.pk, str(named), now=now) if named else None
    except NotFound:
        wrong = {"course": ["This person has no such course of procedures."]}
        raise serializers.ValidationError(wrong) from None


_AS_TOLD = ("region", "levels", "laterality", "pain_before", "pain_after", "findings")


def _outside(user: User, patient: Any, asked: dict[str, Any], now: Any) -> Any:
    known = {entry.key: entry for entry in queries.all_treatments(user)}
    if asked.get("treatment") and asked["treatment"] not in known:
        raise serializers.ValidationError({"treatment": ["The catalogue has no such treatment."]})
    told = actions.OutsideProcedure(
        treatment=known.get(asked.get("treatment", "")),
        text=asked.get("text", ""),
        on=asked.get("performed_at"),
        drugs=[_given(row) for row in asked.get("drugs", ())],
        **{name: asked[name] for name in _AS_TOLD if name in asked},
    )
    return actions.record_outside(patient=patient, told=told, by=user, now=now)
