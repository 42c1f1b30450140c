"""SMS_URL: by what text messages are sent, in one line of the settings."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

SCHEMES = ("file", "console", "twilio")


@dataclass(frozen=True)
class SmsSettings:
    """What SMS_URL says. Which fields count depends on the scheme.

    `host` is where the provider is spoken to, if not at its own address.
    """

    scheme: str
    folder: Path = field(default_factory=Path)
    account: str = ""
    token: str = field(default="", repr=False)
    sender: str = ""
    host: str = ""


def parse_sms_url(url: str) -> SmsSettings | None:
    """What the URL says; None for "". Raises `ValueError` with a sentence for the operator."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("SMS_URL begins with file://, console:// or twilio://.")
    if parts.scheme == "console":
        return SmsSettings("console")
    if parts.scheme == "file":
        if parts.netloc or not parts.path.strip("/"):
            raise ValueError(
                "SMS_URL names a folder with its whole path: file:///var/lib/dorsa/sms."
            )
        return SmsSettings("file", folder=Path(unquote(parts.path)))
    return _twilio(url)


def _twilio(url: str) -> SmsSettings:
    parts = urlsplit(url)
    # A plus sign in a query means a space elsewhere; here it begins a phone number.
    told = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    sender = unquote(told.get("from", ""))
    if not parts.username or not parts.password:
        raise ValueError("SMS_URL lacks the account or its token: twilio://SID:TOKEN@/?from=+1….")
    if not (sender.startswith("+") and sender[1:].isdecimal()) and not sender.startswith("MG"):
        raise ValueError("SMS_URL lacks ?from=, a number as +15125550100 or a messaging service.")
    if find_spec("twilio") is None:
        raise ValueError("SMS_URL names Twilio, but its package is missing: requirements/sms.txt.")
    host = f"{parts.hostname}:{parts.port}" if parts.port else (parts.hostname or "")
    return SmsSettings(
        "twilio",
        account=unquote(parts.username),
        token=unquote(parts.password),
        sender=sender,
        host=host,
    )
