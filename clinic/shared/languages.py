"""In which language a request is answered. Who has signed in is looked at in `clinic.languages`."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

CODES = frozenset(code for code, _name in settings.LANGUAGES)
ENGLISH = "en"


def chosen_language(request: HttpRequest) -> str:
    """The language that was chosen with the switch in this browser, or ""."""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in CODES else ""


def speak(request: HttpRequest, language: str) -> str:
    """Answer this request in `language` from here on; returns it."""
    translation.activate(language)
    request.LANGUAGE_CODE = language
    return language


def speak_to(request: HttpRequest, preferred: str) -> str:
    """Answer in what was chosen in this browser, else in what the person is written to in."""
    return speak(request, chosen_language(request) or preferred)


class ChooseLanguage(LocaleMiddleware):
    """By the switch, else by what the browser asks for; programs are always answered in English.

    The answer says which language it is in, and that it depends on both. Afterwards the thread has
    none: what it does next must not go on in the language of whoever was here last.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer it."""
        try:
            answer = super().__call__(request)
            assert isinstance(answer, HttpResponseBase)
            return answer
        finally:
            translation.deactivate()

    def process_request(self, request: HttpRequest) -> None:
        """Choose."""
        super().process_request(request)
        if request.path_info.startswith("/api/"):
            speak(request, ENGLISH)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say what was chosen, and by what."""
        patch_vary_headers(response, ["Cookie"])
        return super().process_response(request, response)
