"""Where providers call us: what became of a message, and text messages that people send."""

from importlib import import_module
from typing import Any

import structlog
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.accounts.guards import public_page
from clinic.messaging.actions.coming_back import Told, record_delivery_event
from clinic.messaging.actions.inbound import receive_sms
from clinic.messaging.arrivals import handle_oldest
from clinic.messaging.models import DeliveryOutcome
from clinic.messaging.signatures import is_signed_sms
from clinic.shared.errors import Invalid, NotAllowed, NotFound

log = structlog.get_logger(__name__)

LONGEST_SMS, LONGEST_ID, LONGEST_PHONE = 1600, 200, 20
EMAIL_EVENTS = {
    EventType.DELIVERED: DeliveryOutcome.DELIVERED,
    EventType.DEFERRED: DeliveryOutcome.DEFERRED,
    EventType.BOUNCED: DeliveryOutcome.BOUNCED,
    EventType.REJECTED: DeliveryOutcome.REJECTED,
    EventType.FAILED: DeliveryOutcome.REJECTED,
    EventType.COMPLAINED: DeliveryOutcome.COMPLAINED,
}
SMS_EVENTS = {
    "delivered": DeliveryOutcome.DELIVERED,
    "undelivered": DeliveryOutcome.BOUNCED,
    "failed": DeliveryOutcome.REJECTED,
}
# The provider's codes for a number that does not exist, and for one that takes no text messages.
NO_SUCH_NUMBER = {"30005", "30006", "21211", "21614"}
STOPPED_THERE = "21610"


@csrf_exempt
@require_POST
@public_page("called by the mail provider; its signature or password is checked")
def email(request: HttpRequest) -> HttpResponse:
    """What became of e-mails. 404 where mail goes by SMTP, which tells nothing."""
    view = _provider_view()
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise NotAllowed("This is not signed by the mail provider.") from error
    try:
        events = view.parse_events(request)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("This is not what the mail provider sends.") from error
    for event in events:
        _note(_told(event))
    return HttpResponse()


def _provider_view() -> Any:
    """The package's own view, of which we use how it checks and reads; it shows nothing."""
    name = settings.EMAIL_PROVIDER
    if not name or not settings.EMAIL_WEBHOOK_SECRET:
        raise NotFound
    module = import_module(f"anymail.webhooks.{name}")
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and thing.__module__ == module.__name__
        and thing.__name__.endswith("TrackingWebhookView")
    ]
    return found[0]()


def _told(event: AnymailTrackingEvent) -> Told | None:
    outcome = EMAIL_EVENTS.get(event.event_type)
    if outcome is None:
        return None
    moment = event.timestamp.isoformat() if event.timestamp else ""
    return Told(
        provider=settings.EMAIL_PROVIDER,
        event_id=event.event_id or f"{event.message_id}:{event.event_type}:{moment}",
        message=event.message_id or "",
        event=outcome,
        occurred_at=event.timestamp,
        detail=event.mta_response or event.description or "",
        is_final=event.reject_reason in {RejectReason.INVALID, RejectReason.BOUNCED},
        stopped=event.reject_reason == RejectReason.UNSUBSCRIBED,
    )


@csrf_exempt
@require_POST
@public_page("called by the provider of text messages; its signature is checked")
def sms_status(request: HttpRequest) -> HttpResponse:
    """What became of text messages."""
    _check(request)
    said, code = _field(request, "MessageStatus"), _field(request, "ErrorCode")
    provider_id, outcome = _field(request, "MessageSid"), SMS_EVENTS.get(said)
    if outcome is not None:
        # Our own name of it, if we said it: theirs may not be written down yet.
        ours = request.GET.get("message", "")[:LONGEST_ID]
        told = Told(
            provider="sms",
            event_id=f"{provider_id}:{said}",
            message=f"message-{ours}@dorsa" if ours else provider_id,
            event=outcome,
            detail=f"The provider says {said} ({code})." if code else "",
            is_final=code in NO_SUCH_NUMBER,
            stopped=code == STOPPED_THERE,
        )
        _note(told)
    return HttpResponse()


@csrf_exempt
@require_POST
@public_page("called by the provider of text messages; its signature is checked")
def sms(request: HttpRequest) -> HttpResponse:
    """A text message that somebody sent. The answer, if there is one, is a message of ours."""
    _check(request)
    provider_id, phone = _field(request, "MessageSid"), _field(request, "From")
    if not provider_id or not phone.startswith("+") or len(phone) > LONGEST_PHONE:
        raise Invalid("This is no text message: MessageSid or From is missing.")
    receive_sms(
        provider_id=provider_id,
        from_phone=phone,
        to_phone=_field(request, "To")[:LONGEST_PHONE],
        text=_field(request, "Body", LONGEST_SMS),
        is_answered=bool(_field(request, "OptOutType")),
        by="sms",
        now=timezone.now(),
    )
    _handle_now()
    # What stands here would be sent as an answer.
    return HttpResponse("<Response></Response>", content_type="text/xml")


def _handle_now() -> None:
    """A danger in it waits for no worker; what fails here is done by the next tick."""
    try:
        handle_oldest(timezone.now())
    except Exception as error:
        log.exception("text_failed", error=type(error).__name__)


def _check(request: HttpRequest) -> None:
    if not is_signed_sms(request):
        raise NotAllowed("This is not signed by the provider of text messages.")


def _field(request: HttpRequest, name: str, most: int = LONGEST_ID) -> str:
    return request.POST.get(name, "")[:most]


def _note(told: Told | None) -> None:
    if told and not record_delivery_event(told=told, by=told.provider, now=timezone.now()):
        log.warning("event_of_unknown_message", provider=told.provider, told=str(told.event))
