"""How the tests sign somebody in through the real form."""

from datetime import UTC, datetime

from allauth.mfa.totp.internal.auth import hotp_value

from tests import builders

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def sign_in(client, user, password=builders.PASSWORD, **headers):
    form = {"login": user.email, "password": password}
    return client.post("/accounts/login/", form, headers=headers)


def code_of(secret):
    return f"{hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30):06}"
