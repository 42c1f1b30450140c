"""The language of whoever has signed in: staff read English, patients their own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic.accounts.models import as_user
from clinic.shared.languages import ENGLISH, chosen_language, speak
from patients.queries.languages import own_language

Handler = Callable[[HttpRequest], HttpResponse]


class SpeakTheirLanguage:
    """Staff pages are English, whatever the browser says: half of each would be worse.

    For a patient the switch of this browser comes first, then the language of their record, then
    what the browser asks for.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = as_user(request.user)
        if user is not None and user.is_staff_member:
            speak(request, ENGLISH)
        elif user is not None and not chosen_language(request):
            language = own_language(user)
            if language:
                speak(request, language)
        return self.get_response(request)
