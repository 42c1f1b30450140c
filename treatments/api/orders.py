"""Service requests (orders of tests and referrals) and diagnostic reports (what came back)."""

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
from clinic.shared.attachments import AttachmentField
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries.people import access_chart
from treatments.actions import orders as actions
from treatments.models import OrderPriority
from treatments.queries import orders as queries
from treatments.queries.consultations import access_consultation

VIEW, ORDER = "patients.view_chart", "treatments.order_tests"


class OrdersQuerySerializer(PageQuerySerializer):
    """Whose rows."""

    patient = serializers.UUIDField()


class ServiceRequestSerializer(serializers.Serializer[Any]):
    """An order; `diagnostic` is a key of the catalogue."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    consultation = serializers.UUIDField(source="consultation_id", allow_null=True)
    diagnostic = serializers.CharField(source="diagnostic_id")
    region = serializers.CharField()
    detail = serializers.CharField()
    reason = serializers.CharField()
    priority = serializers.CharField()
    status = serializers.CharField()
    status_reason = serializers.CharField()
    due_date = serializers.DateField(allow_null=True)
    requested_by = serializers.IntegerField(source="requested_by_id")
    requested_at = serializers.DateTimeField()


class NewServiceRequestSerializer(serializers.Serializer[Any]):
    """What is to be ordered."""

    patient = serializers.UUIDField()
    consultation = serializers.UUIDField(required=False)
    diagnostic = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=1000)
    region = serializers.CharField(required=False, max_length=100, allow_blank=True)
    detail = serializers.CharField(required=False, max_length=500, allow_blank=True)
    priority = serializers.ChoiceField(required=False, choices=OrderPriority.choices)
    due_date = serializers.DateField(required=False)


class CancelSerializer(serializers.Serializer[Any]):
    """Why an order is taken back."""

    reason = serializers.CharField(max_length=500)


class ResultSerializer(serializers.Serializer[Any]):
    """A number with its unit, as a decimal string."""

    text = serializers.CharField(max_length=120)
    value = serializers.DecimalField(max_digits=18, decimal_places=6)
    unit = serializers.CharField(required=False, max_length=40, allow_blank=True, default="")


class ReportFileSerializer(serializers.Serializer[Any]):
    """A file of a report (FHIR R4 Attachment); what is in it is at an address of its own."""

    id = serializers.UUIDField()
    media_type = serializers.CharField()
    digest = serializers.CharField(help_text="SHA-256, in hexadecimal.")


class ReportFileContentSerializer(ReportFileSerializer):
    """A file with what is in it."""

    content = AttachmentField(help_text="Base64.")


class NewReportFileSerializer(serializers.Serializer[Any]):
    """A file to add."""

    content = AttachmentField(help_text="PDF, JPEG or PNG, as base64.")


class DiagnosticReportSerializer(serializers.Serializer[Any]):
    """What came back; of several reports of an order the one entered last counts."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    service_request = serializers.UUIDField(source="order_id")
    effective_date = serializers.DateField()
    conclusion = serializers.CharField()
    is_abnormal = serializers.BooleanField()
    results = ResultSerializer(many=True, source="results.all")
    files = ReportFileSerializer(many=True, source="files.all")
    entered_by = serializers.IntegerField(source="entered_by_id", allow_null=True)
    entered_at = serializers.DateTimeField()
    reviewed_by = serializers.IntegerField(source="reviewed_by_id", allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)


class NewDiagnosticReportSerializer(serializers.Serializer[Any]):
    """A report to file."""

    service_request = serializers.UUIDField()
    effective_date = serializers.DateField()
    conclusion = serializers.CharField(max_length=20_000)
    is_abnormal = serializers.BooleanField(required=False, default=False)
    results = ResultSerializer(many=True, required=False, default=list)
    files = NewReportFileSerializer(many=True, required=False, default=list)


class ServiceRequests(GuardedAPIView):
    """A person's orders."""

    permissions: ClassVar = {"GET": VIEW, "POST": ORDER}

    @extend_schema(
        operation_id="service_requests_list",
        parameters=[OrdersQuerySerializer],
        responses=paged(ServiceRequestSerializer),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        asked = validated_query(OrdersQuerySerializer, request)
        pager = CursorPager(request, ordering=("-requested_at", "pk"))
        rows = queries.orders_page(self.user(request), asked["patient"], pager, now=timezone.now())
        return pager.response(ServiceRequestSerializer(rows, many=True).data)

    @extend_schema(request=NewServiceRequestSerializer, responses={201: ServiceRequestSerializer})
    def post(self, request: Request) -> Response:
        """Order a test or a referral."""
        user, now = self.user(request), timezone.now()
        asked = validated(NewServiceRequestSerializer, request)
        patient = access_chart(user, asked["patient"], now=now)
        came_from = asked.get("consultation")
        order = actions.order_test(
            patient=patient,
            wish=_wish(user, asked),
            consultation=access_consultation(user, came_from, now=now) if came_from else None,
            by=user,
            now=now,
        )
        return Response(ServiceRequestSerializer(order).data, status=201)


class ServiceRequestDetail(GuardedAPIView):
    """One order."""

    permissions: ClassVar = {"GET": VIEW}

    @extend_schema(responses=ServiceRequestSerializer)
    def get(self, request: Request, order_id: UUID) -> Response:
        """What was ordered, and how it stands."""
        order = queries.access_order(self.user(request), order_id, now=timezone.now())
        return answer_with_etag(request, ServiceRequestSerializer(order).data)


class ServiceRequestCancel(GuardedAPIView):
    """An order that is taken back."""

    permissions: ClassVar = {"POST": ORDER}

    @extend_schema(
        request=CancelSerializer, responses={200: ServiceRequestSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Cancel it; send the ETag that was read as If-Match."""
        user, now = self.user(request), timezone.now()
        order = queries.access_order(user, order_id, now=now)
        reason = validated(CancelSerializer, request)["reason"]
        require_match(request, ServiceRequestSerializer(order).data)
        done = actions.cancel_order(order=order, reason=reason, by=user, now=now)
        return answer_with_etag(request, ServiceRequestSerializer(done).data)


class DiagnosticReports(GuardedAPIView):
    """What came back for a person."""

    permissions: ClassVar = {"GET": VIEW, "POST": "treatments.enter_results"}

    @extend_schema(
        operation_id="diagnostic_reports_list",
        parameters=[OrdersQuerySerializer],
        responses=paged(DiagnosticReportSerializer),
    )
    def get(self, request: Request) -> Response:
        """The latest entered first."""
        asked = validated_query(OrdersQuerySerializer, request)
        pager = CursorPager(request, ordering=("-entered_at", "pk"))
        rows = queries.reports_page(self.user(request), asked["patient"], pager, now=timezone.now())
        return pager.response(DiagnosticReportSerializer(rows, many=True).data)

    @extend_schema(
        request=NewDiagnosticReportSerializer,
        responses={201: DiagnosticReportSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """File a report; a second one of an order corrects the first."""
        user, now = self.user(request), timezone.now()
        asked = validated(NewDiagnosticReportSerializer, request)
        order = queries.access_order(user, asked["service_request"], now=now)
        findings = actions.Findings(
            effective_date=asked["effective_date"],
            conclusion=asked["conclusion"],
            is_abnormal=asked["is_abnormal"],
            results=[actions.Result(**result) for result in asked["results"]],
            files=[file["content"] for file in asked["files"]],
        )
        report = actions.enter_report(order=order, findings=findings, by=user, now=now)
        return Response(_report(user, report.pk), status=201)


class DiagnosticReportDetail(GuardedAPIView):
    """One report."""

    permissions: ClassVar = {"GET": VIEW}

    @extend_schema(responses=DiagnosticReportSerializer)
    def get(self, request: Request, report_id: UUID) -> Response:
        """What came back, and who has read it."""
        return answer_with_etag(request, _report(self.user(request), report_id))


class ReportFileDetail(GuardedAPIView):
    """One file of a report."""

    permissions: ClassVar = {"GET": VIEW}

    @extend_schema(responses=ReportFileContentSerializer)
    def get(self, request: Request, file_id: UUID) -> Response:
        """What is in it; each look is written down."""
        file = queries.access_report_file(self.user(request), file_id, now=timezone.now())
        return Response(ReportFileContentSerializer(file).data)


class _NothingSerializer(serializers.Serializer[Any]):
    pass


class DiagnosticReportReview(GuardedAPIView):
    """A result that somebody has read."""

    permissions: ClassVar = {"POST": ORDER}

    @extend_schema(
        request=None, responses={200: DiagnosticReportSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, report_id: UUID) -> Response:
        """Say that one has read it; 409 if somebody did before."""
        user, now = self.user(request), timezone.now()
        validated(_NothingSerializer, request)
        report = queries.access_report(user, report_id, now=now)
        actions.review_report(report=report, by=user, now=now)
        return Response(_report(user, report_id))


def _report(user: User, report_id: UUID) -> Any:
    report = queries.access_report(user, report_id, now=timezone.now())
    return DiagnosticReportSerializer(report).data


def _wish(user: User, asked: dict[str, Any]) -> actions.OrderWish:
    entries = {entry.key: entry for entry in queries.diagnostics(user)}
    if asked["diagnostic"] not in entries:
        raise Invalid(f"There is no diagnostic {asked['diagnostic']}.")
    return actions.OrderWish(
        diagnostic=entries[asked["diagnostic"]],
        reason=asked["reason"],
        region=asked.get("region", ""),
        detail=asked.get("detail", ""),
        priority=OrderPriority(asked.get("priority", OrderPriority.ROUTINE)),
        due_date=asked.get("due_date"),
    )
