"""Text messages through Twilio. Its package is an extra: import this only where it is chosen."""

from datetime import timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.urls import reverse
from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from clinic.messaging.channels.base import Refused, TryAgain
from clinic.messaging.channels.email import seconds_of
from clinic.messaging.channels.sms_url import SmsSettings
from clinic.messaging.models import Message

TIMEOUT = 10
# How far their clock may be behind ours, and how many messages to one number are looked through.
CLOCKS_DIFFER, MOST_FOUND = timedelta(minutes=5), 50
TOO_MANY, SERVER_ERROR, OUR_SETTINGS = 429, 500, {401, 402, 403, 404}
SENTENCES = {
    21211: "This is not a phone number.",
    21214: "This number cannot be reached.",
    21408: "Text messages to this country are not allowed by our account.",
    21610: "They answered STOP to our number, so nothing may be sent there.",
    21612: "No text message reaches this number.",
    21614: "This number takes no text messages: it is not a mobile.",
}


class _Carrier(TwilioHttpClient):
    """Twilio's own, which keeps what the last answer said, and can be pointed elsewhere."""

    def __init__(self, host: str) -> None:
        super().__init__(timeout=TIMEOUT, max_retries=0)
        self._host = host
        self.last_headers: Any = {}

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """One request."""
        if self._host:
            url = url.replace("https://api.twilio.com", f"http://{self._host}")
        self.last_headers = {}
        response = super().request(method, url, *args, **kwargs)
        self.last_headers = response.headers or {}
        return response


class TwilioGateway:
    """Keeps its connections open between two messages."""

    def __init__(self, told: SmsSettings) -> None:
        self._sender = told.sender
        self._carrier = _Carrier(told.host)
        self._client = Client(told.account, told.token, http_client=self._carrier)
        self._callback = settings.PUBLIC_URL.rstrip("/") + reverse("hooks:sms-status")

    def send(self, message: Message, *, may_be_out: bool) -> str:
        """Hand it over. Raises `Refused`, `TryAgain`.

        The provider knows no key of ours by which it would recognise a second copy, so one that
        may be out is looked for among what was sent to this number.
        """
        try:
            taken = self._find(message) if may_be_out else None
            taken = taken or self._client.messages.create(
                to=message.to_address, body=message.body, **self._from(), **self._told_to(message)
            )
        except TwilioRestException as error:
            self._raise_for(error)
        except (RequestException, TwilioException, OSError) as error:
            said = f"The provider of text messages does not answer: {type(error).__name__}."
            raise TryAgain(said, is_down=True) from error
        return str(taken.sid)

    def close(self) -> None:
        """Let go of the connections."""
        if self._carrier.session:
            self._carrier.session.close()

    def _from(self) -> dict[str, str]:
        named = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        return {named: self._sender}

    def _told_to(self, message: Message) -> dict[str, str]:
        """Where to tell what becomes of it; with our name of it, which we know at once."""
        if not self._callback.startswith("https://"):
            return {}
        return {"status_callback": f"{self._callback}?message={message.pk}"}

    def _find(self, message: Message) -> Any:
        # Each failure moves `due_at`; what may be out went out after its row was written.
        since = message.created_at - CLOCKS_DIFFER
        recent = self._client.messages.list(to=message.to_address, limit=MOST_FOUND)
        same = (
            found
            for found in recent
            if found.body == message.body and found.date_created and found.date_created >= since
        )
        return next(same, None)

    def _raise_for(self, error: TwilioRestException) -> NoReturn:
        status = error.status
        if status == TOO_MANY or status >= SERVER_ERROR or status in OUR_SETTINGS:
            said = f"The provider of text messages answers {status}."
            wait = seconds_of(self._carrier.last_headers)
            raise TryAgain(said, is_down=True, retry_after=wait) from error
        raise Refused(
            SENTENCES.get(error.code or 0, f"The provider refuses it: {error.msg}")
        ) from error
