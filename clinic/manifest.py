"""What a phone is told when somebody puts the portal on its home screen."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.shared.languages import CODES, ENGLISH

# Fits the bar of every page (`--bar`) and the ground (`--page`) in `dorsa.css`.
THEME, GROUND = "#0d3b43", "#f2f5f5"
DAY_SECONDS = 86_400


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The name, the icons and where it starts. It says nothing about anybody.

    Browsers ask for it without cookies: the page that links to it says in which language.
    """
    asked = request.GET.get("language", ENGLISH)
    language = asked if asked in CODES else ENGLISH
    with translation.override(language):
        told = {
            "id": "/patient/",
            "name": _("Dorsa, my clinic"),
            "short_name": "Dorsa",
            "description": _("Book a visit, write down your pain, see what comes next."),
            "lang": language,
            "dir": "ltr",
            "start_url": "/patient/",
            "scope": "/",
            "display": "standalone",
            "theme_color": THEME,
            "background_color": GROUND,
            "icons": [
                _icon("img/app-192.png", "192x192", "any"),
                _icon("img/app-512.png", "512x512", "any"),
                _icon("img/app-maskable-512.png", "512x512", "maskable"),
            ],
        }
    answer = JsonResponse(told, content_type="application/manifest+json")
    answer.headers["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    return answer


def _icon(path: str, sizes: str, purpose: str) -> dict[str, str]:
    return {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
