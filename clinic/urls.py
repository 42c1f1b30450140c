"""The table of contents: every address there is, by whom it is for."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import clinic.accounts.urls
import clinic.messaging.urls
import patients.urls
import scheduling.urls
import treatments.urls
from clinic.health import livez, readyz
from clinic.home import home
from clinic.manifest import manifest
from clinic.metrics import metrics
from clinic.shared.answers import not_found

desk_urls = [*scheduling.urls.desk_urls, *patients.urls.desk_urls, *treatments.urls.desk_urls]

physician_urls = [
    *scheduling.urls.physician_urls,
    *patients.urls.physician_urls,
    *treatments.urls.physician_urls,
]

patient_urls = [*scheduling.urls.patient_urls, *patients.urls.patient_urls]

manager_urls = [
    *clinic.accounts.urls.manager_urls,
    *clinic.messaging.urls.manager_urls,
    *patients.urls.manager_urls,
    *scheduling.urls.manager_urls,
    *treatments.urls.manager_urls,
]


account_urls = [*clinic.accounts.urls.account_urls]

public_urls = [*patients.urls.public_urls, *scheduling.urls.public_urls]

api_urls = [
    *clinic.messaging.urls.api_urls,
    *patients.urls.api_urls,
    *scheduling.urls.api_urls,
    *treatments.urls.api_urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("desk/", include((desk_urls, "desk"))),
    path("physician/", include((physician_urls, "physician"))),
    path("patient/", include((patient_urls, "patient"))),
    path("manager/", include((manager_urls, "manager"))),
    path("account/", include((account_urls, "account"))),
    path("public/", include((public_urls, "public"))),
    # Short, because they stand on paper.
    path("join/", include((patients.urls.join_urls, "join"))),
    path("register/", include((patients.urls.register_urls, "register"))),
    path("hooks/", include((clinic.messaging.urls.hook_urls, "hooks"))),
    path("api/v1/", include((api_urls, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api/", not_found),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

handler400 = "clinic.shared.answers.bad_request"
handler403 = "clinic.shared.answers.forbidden"
handler404 = "clinic.shared.answers.not_found"
handler500 = "clinic.shared.answers.server_error"
