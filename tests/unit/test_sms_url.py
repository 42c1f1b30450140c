"""A malformed setting stops the start, with a sentence that says what to write instead."""

from pathlib import Path

import pytest

from clinic.messaging.channels import sms_url
from clinic.messaging.channels.sms_url import parse_sms_url


def test_what_is_right_is_read():
    """The plus sign of a number is a plus sign, however it was written."""
    assert parse_sms_url("") is None
    assert parse_sms_url("console://").scheme == "console"
    assert parse_sms_url("file:///var/lib/sms").folder == Path("/var/lib/sms")
    for sender in ("+15125550100", "%2B15125550100"):
        told = parse_sms_url(f"twilio://AC1:to%2Fken@/?from={sender}")
        assert (told.account, told.token, told.sender) == ("AC1", "to/ken", "+15125550100")
    assert "to/ken" not in repr(told), "a token must not stand in a log"
    assert parse_sms_url("twilio://AC1:x@127.0.0.1:9/?from=MG123").host == "127.0.0.1:9"


@pytest.mark.parametrize(
    "url",
    [
        "smtp://x",
        "file://",
        "file://relative/path",
        "twilio://AC1@/?from=+15125550100",
        "twilio://AC1:x@/",
        "twilio://AC1:x@/?from=5125550100",
        "nonsense",
    ],
)
def test_what_is_wrong_is_refused(url):
    """At the start, not at three in the morning."""
    with pytest.raises(ValueError, match="SMS_URL"):
        parse_sms_url(url)


def test_twilio_without_its_package_is_said_at_the_start(monkeypatch):
    """The extra is not installed by itself."""
    monkeypatch.setattr(sms_url, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"sms\.txt"):
        parse_sms_url("twilio://AC1:x@/?from=+15125550100")
