"""The clinician: tests of a person, their results, and what waits to be reviewed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError
from clinic.shared.uploads import as_download, takes_files
from treatments.actions.orders import cancel_order, enter_report, order_test, review_report
from treatments.forms.orders import CancelForm, OrderForm, ReportForm
from treatments.models import Consultation, ServiceRequest
from treatments.pages.physician.doors import opens_chart
from treatments.queries import orders as queries
from treatments.queries.consultations import access_consultation
from treatments.queries.record import record_header


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def tests(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was ordered for a person and what came back, newest first."""
    now = timezone.now()
    context = {
        "record": record_header(request.user, patient_id, now=now),
        "tab": "tests",
        "orders": queries.orders(request.user, patient_id, now=now),
        "today": timezone.localdate(now),
    }
    return render(request, "treatments/physician/tests.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.order_tests")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Order one; `?consultation=` says out of which."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    came_from = _came_from(request, record.patient.pk)
    form = OrderForm(request.POST or None, diagnostics=queries.diagnostics(request.user))
    if form.is_valid():
        try:
            order = order_test(
                patient=record.patient,
                wish=form.wish(),
                consultation=came_from,
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{order.diagnostic.name} is ordered.")
            if came_from is not None:
                return redirect("physician:consultation", came_from.pk)
            return redirect("physician:test", order.pk)
    context = {"record": record, "tab": "tests", "form": form, "came_from": came_from}
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/physician/test_new.html", context, status=status)


def _came_from(request: SignedInRequest, patient_id: UUID) -> Consultation | None:
    try:
        asked = UUID(request.GET.get("consultation", ""))
    except ValueError:
        return None
    row = access_consultation(request.user, asked, now=timezone.now())
    return row if row.patient_id == patient_id else None


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def test(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """One order with its results; and a form for what came back."""
    order = queries.access_order(request.user, order_id, now=timezone.now())
    results = order.diagnostic.details.get("results", ())
    return _show(request, order, ReportForm(results=results), CancelForm(), 200)


@takes_files
@require_POST
@physician_page("treatments.enter_results")
@opens_chart
def report(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Write down what came back."""
    now = timezone.now()
    order = queries.access_order(request.user, order_id, now=now)
    results = order.diagnostic.details.get("results", ())
    form = ReportForm(request.POST, request.FILES, results=results)
    if form.is_valid():
        try:
            enter_report(order=order, findings=form.findings(), by=request.user, now=now)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "The result is filed.")
            return redirect("physician:test", order.pk)
    return _show(request, order, form, CancelForm(), 422)


def _show(
    request: SignedInRequest,
    order: ServiceRequest,
    form: ReportForm,
    cancel_form: CancelForm,
    status: int,
) -> HttpResponse:
    context = {
        "record": record_header(request.user, order.patient_id, now=timezone.now()),
        "tab": "tests",
        "order": order,
        "reports": list(order.reports.all()),
        "form": form,
        "cancel_form": cancel_form,
        "may_enter": request.user.has_perm("treatments.enter_results")
        and order.status != "revoked",
    }
    return render(request, "treatments/physician/test.html", context, status=status)


@require_POST
@physician_page("treatments.order_tests")
@opens_chart
def cancel(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Take an order back."""
    now = timezone.now()
    order = queries.access_order(request.user, order_id, now=now)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            cancel_order(order=order, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "The order is cancelled.")
            return redirect("physician:tests", order.patient_id)
    results = order.diagnostic.details.get("results", ())
    return _show(request, order, ReportForm(results=results), form, 422)


@require_POST
@physician_page("treatments.order_tests")
@opens_chart
def review(request: SignedInRequest, report_id: UUID) -> HttpResponse:
    """Say that one has read a result."""
    now = timezone.now()
    found = queries.access_report(request.user, report_id, now=now)
    review_report(report=found, by=request.user, now=now)
    messages.success(request, f"{found.order.diagnostic.name} is reviewed.")
    if request.POST.get("back") == "results":
        return redirect("physician:results")
    return redirect("physician:test", found.order_id)


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def file(request: SignedInRequest, file_id: UUID) -> HttpResponse:
    """One file of a report, to be saved."""
    found = queries.access_report_file(request.user, file_id, now=timezone.now())
    of = found.report
    name = f"result-{of.patient.record_number}-{of.effective_date:%Y-%m-%d}"
    return as_download(bytes(found.content), media_type=found.media_type, name=name)


@require_GET
@physician_page("treatments.order_tests")
def results(request: SignedInRequest) -> HttpResponse:
    """What came back of one's own orders and nobody has read yet."""
    waiting = queries.results_to_review(request.user, now=timezone.now())
    return render(request, "treatments/physician/results.html", {"reports": waiting})
