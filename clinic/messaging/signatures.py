"""Whether a call to one of our hooks comes from whom it should."""

import hmac
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest

OUR_HEADER = "X-Dorsa-Signature"


def is_signed_sms(request: HttpRequest) -> bool:
    """Signed by the provider of text messages; where there is none, by our own secret."""
    told = settings.SMS
    if told is not None and told.scheme == "twilio":
        return _is_signed_by_twilio(request, told.token)
    secret = settings.SMS_HOOK_SECRET
    said = request.headers.get(OUR_HEADER, "")
    return bool(secret) and hmac.compare_digest(signature(request.body, secret), said.encode())


def signature(body: bytes, secret: str) -> bytes:
    """What stands in our own header: HMAC-SHA256 of the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), body, sha256).hexdigest().encode()


def _is_signed_by_twilio(request: HttpRequest, token: str) -> bool:
    """Over the address as the provider knows it, which is the public one."""
    from twilio.request_validator import RequestValidator

    address = settings.PUBLIC_URL.rstrip("/") + request.get_full_path()
    said = request.headers.get("X-Twilio-Signature", "")
    return bool(RequestValidator(token).validate(address, request.POST, said))
