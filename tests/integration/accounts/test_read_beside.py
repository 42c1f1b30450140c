"""Who a session belongs to is read with the session: one question less for every page."""

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.accounts.session_store import read_beside
from clinic.accounts.sign_in import SignIn
from tests import builders
from tests.bench.clinic import signed_in

pytestmark = pytest.mark.django_db
HERE = "/account/clock/"


def asked(client):
    with CaptureQueriesContext(connection) as questions:
        answer = client.get(HERE)
    return answer, len(questions)


def test_session_and_person_are_one_question(client, settings):
    """A browser that was never written down as signed in costs one more, and works as well."""
    user = builders.make_user()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in(user.pk)
    client.get(HERE)
    answer, together = asked(client)
    assert answer.status_code == 200
    UserSession.objects.all().delete()
    answer, apart = asked(client)
    assert answer.status_code == 200
    assert apart == together + 1


def test_nobody_is_who_somebody_else_s_row_names(client, settings):
    """The session says who it is; the row beside it only saves a question."""
    user, other = builders.make_user(), builders.make_user()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in(user.pk)
    UserSession.objects.update(user=other)
    assert client.get(HERE).wsgi_request.user == user


def test_whoever_was_disabled_meanwhile_is_out(client, settings):
    """What was read for one request says nothing to the next."""
    user = builders.make_user()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in(user.pk)
    assert client.get(HERE).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(HERE).status_code != 200


def test_it_is_given_away_once(client, settings):
    """A thread that served somebody must not know them for whoever comes next."""
    user = builders.make_user()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in(user.pk)
    client.get(HERE)
    assert read_beside(user.pk) is None
    User.objects.filter(pk=user.pk).update(name="Changed")
    assert SignIn().get_user(user.pk).name == "Changed"
