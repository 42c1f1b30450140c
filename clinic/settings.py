"""Settings, read once from the environment. A bad value stops the start and names its variable.

Every variable read here is listed, with a sentence, in `.env.example` (a test compares the two).
"""

import json
import logging
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, ValidationError, validate

from clinic import logs, schedule
from clinic.messaging.channels.sms_url import parse_sms_url
from scheduling.domain.states import AppointmentStatus
from treatments.domain.amounts import Unit
from treatments.domain.rules_states import FindingState
from treatments.domain.states import FollowUpStatus

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)


def _is_a_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone. One looks like America/New_York.")


DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DEMO_WITHOUT_SECOND_FACTOR = env.bool("DEMO_WITHOUT_SECOND_FACTOR", default=False)
SECRET_KEY = env.str("SECRET_KEY", validate=validate.Length(min=32))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
LOG_LEVEL = env.str(
    "LOG_LEVEL", default="INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])
)
_DATABASE = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
APP_DATABASE_URL = env.str("APP_DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", validate=validate.Regexp(r"^(rediss?|unix)://"))
_EMAIL = env.dj_email_url("EMAIL_URL", default="smtp://127.0.0.1:1025")
# A provider's interface in place of SMTP, and what it wants to be told (docs/operations.md).
EMAIL_PROVIDER = env.str(
    "EMAIL_PROVIDER",
    default="",
    validate=validate.OneOf(
        ["", "brevo", "mailersend", "mailgun", "mailjet", "postmark", "sendgrid", "sparkpost"]
    ),
)
_EMAIL_PROVIDER_SETTINGS = env.str("EMAIL_PROVIDER_SETTINGS", default="") or "{}"
# user:password, which the provider sends along when it tells what became of a message.
EMAIL_WEBHOOK_SECRET = env.str(
    "EMAIL_WEBHOOK_SECRET", default="", validate=validate.Regexp(r"^([^:]+:.{16,})?$")
)
_SMS_URL = env.str("SMS_URL", default="console://" if DEMO else "")
# Signs what is sent to /hooks/sms/ where no provider does: 32 characters or more.
SMS_HOOK_SECRET = env.str("SMS_HOOK_SECRET", default="", validate=validate.Regexp(r"^(.{32,})?$"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Dorsa <no-reply@dorsa.example>")
CLINIC_TIME_ZONE = env.str("CLINIC_TIME_ZONE", default="UTC", validate=_is_a_time_zone)
# The state of the country the clinic is in, as TX: some rules of payers hold in some states only.
CLINIC_STATE = env.str("CLINIC_STATE", default="", validate=validate.Regexp(r"^([A-Z]{2})?$"))
# Where payers see procedures done: some ask for authorization in a hospital's department only.
CLINIC_PLACE_OF_SERVICE = env.str(
    "CLINIC_PLACE_OF_SERVICE",
    default="",
    validate=validate.OneOf(["", "office", "hospital_outpatient", "surgery_center"]),
)
# Who is told at once, by e-mail, that an alarming answer waits; without it only the pages tell.
ON_CALL_EMAIL = env.str(
    "ON_CALL_EMAIL", default="", validate=validate.Regexp(r"^([^@\s]+@[^@\s]+)?$")
)
PUBLIC_URL = env.str(
    "PUBLIC_URL", default="http://127.0.0.1:8000", validate=validate.Regexp(r"^https?://")
)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXY_COUNT", default=0, validate=validate.Range(min=0, max=9)
)
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", default=1_000_000, validate=validate.Range(min=10_000))
MAX_UPLOAD_BYTES = env.int(
    "MAX_UPLOAD_BYTES", default=10_000_000, validate=validate.Range(min=100_000, max=50_000_000)
)
# Without it there is no /metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
env.seal()

if _DATABASE["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN opens /metrics: it needs at least 20 characters.")
if DEBUG and not DEMO:
    raise ImproperlyConfigured("DEBUG shows patient data in error pages: it needs DEMO as well.")
if DEMO_WITHOUT_SECOND_FACTOR and (HTTPS or not DEMO):
    raise ImproperlyConfigured(
        "DEMO_WITHOUT_SECOND_FACTOR lets staff in with a password alone: it needs DEMO, and is "
        "refused with HTTPS."
    )

try:
    SMS = parse_sms_url(_SMS_URL)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error
if SMS is not None and not DEMO and (SMS.scheme == "console" or SMS.host):
    raise ImproperlyConfigured("SMS_URL shows what patients are told, or to whom: it needs DEMO.")
try:
    _ANYMAIL = dict(json.loads(_EMAIL_PROVIDER_SETTINGS))
except (TypeError, ValueError) as error:
    raise ImproperlyConfigured(
        'EMAIL_PROVIDER_SETTINGS is a JSON object, as {"KEY": "…"}.'
    ) from error

INSTALLED_APPS = [
    "scheduling",
    "treatments",
    "patients",
    "clinic.messaging",
    "clinic.audit",
    "clinic.accounts",
    "clinic.shared",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "knox",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "django_structlog",
    "rules.apps.AutodiscoverRulesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "clinic.static_files.CollectedFiles",
]

MIDDLEWARE = [
    "clinic.shared.middleware.NameRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.shared.middleware.CountAnswers",
    "clinic.shared.middleware.KeepPatientPagesOutOfCaches",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Before whatever may refuse: a refusal is read by somebody too.
    "clinic.shared.languages.ChooseLanguage",
    "clinic.shared.middleware.RefuseMalformedRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.languages.SpeakTheirLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.accounts.middleware.EndIdleSessions",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.accounts.middleware.AskForSecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "clinic.audit.middleware.KeepTrace",
    "clinic.shared.pages.ShowDomainErrors",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "clinic" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data ------------------------------------------------------------------------------------

DATABASES = {"default": _DATABASE}
DATABASES["default"].setdefault("OPTIONS", {})
# PostgreSQL as above, which looks before each request whether it still lives without asking it.
DATABASES["default"]["ENGINE"] = "clinic.shared.postgres"
DATABASES["default"]["OPTIONS"]["application_name"] = "dorsa"
# Only what asks for it is prepared (clinic.shared.prepared): Django's own cursors never are.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 0
# They are planned once, not again for each set of values.
# Questions of a few milliseconds gain nothing from being compiled first.
DATABASES["default"]["OPTIONS"]["options"] = " ".join(
    [
        DATABASES["default"]["OPTIONS"].get("options", ""),
        "-c plan_cache_mode=force_generic_plan -c jit=off",
    ]
).strip()
# knox's own token table is never made: ours (accounts.ApiToken) takes its place.
MIGRATION_MODULES = {"knox": None}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in limits and sessions live in PostgreSQL, so that losing Redis never locks anybody out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "clinic.accounts.session_store"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Our scripts read the token from the page, never from the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "patients.pages.patient.kept.stale_form"
if HTTPS:
    # Browsers take a cookie of such a name from this very host and over HTTPS only.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- people ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "clinic.accounts.sign_in.SignIn",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clinic.adapter.ClinicAccountAdapter"
ACCOUNT_FORMS = {
    "login": "clinic.sign_in.SignInForm",
    "reset_password": "clinic.sign_in.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Such mails are written and taken back (clinic/adapter.py), so that no clock tells who is known.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
# Beside allauth's own limits: saying who one is at the waiting room's screen (pages/public).
ACCOUNT_RATE_LIMITS = {
    "check_in": "5/10m/key,60/h/ip",
    "check_in_person": "10/h/key",
    # The way into the portal: birth dates typed at invitations, and people who ask for one.
    "join": "60/h/ip",
    "register": "10/h/ip",
}

MFA_ADAPTER = "clinic.accounts.second_factor.ClinicMFAAdapter"
MFA_FORMS = {"activate_totp": "clinic.accounts.second_factor.EnrolOnceForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A new address is verified before it counts, so changing it is safe with a second factor as well.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Dorsa"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys without HTTPS on "localhost" only; so may we, in the demo.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO

KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model's name
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "TOKEN_LIMIT_PER_USER": 20, "TOKEN_PREFIX": "dorsa_"}

# Each version of a row says itself who made it: no second table that would have to be updated.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()

# --- language and time -----------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
# The apps have a folder of their own each (`manage.py texts`).
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]
FORMAT_MODULE_PATH = ["clinic.formats"]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
USE_I18N = True
USE_TZ = True
# Instants are UTC everywhere; each site carries the zone its wall clocks show. Where no site is at
# hand, as in a person's record, days and times of day are by this clock.
TIME_ZONE = CLINIC_TIME_ZONE

# --- pages -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "clinic" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "clinic.shared.storage.KeptAddressesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The pages need none of the browser's sensors, and neither does anything that gets into them.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# --- API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clinic.accounts.authentication.Token",
        "clinic.accounts.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["clinic.accounts.permissions.RolePermission"],
    "DEFAULT_PARSER_CLASSES": ["clinic.shared.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "clinic.shared.api.ProblemAwareSchema",
    "EXCEPTION_HANDLER": "clinic.shared.problems.as_problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dorsa",
    "DESCRIPTION": (
        "Booking and treatment tracking for spine and pain clinics.\n\n"
        "Whatever grows with the years (visits, people, the waitlist, the setup) is answered in "
        "cursor pages: `results` with `next` and `previous`. What is bounded by its own nature is "
        "answered whole, as a plain array: a site's queue, its delays, clinicians and displays, "
        "what is blocked for a clinician on a day, one's own calendar links, the few people "
        "whom a search finds, the rulebook, what helped somebody, the answers of one course. Such "
        "a list is only right as a whole: half a queue says nothing of who is next, and the next "
        "page of it would be out of date. Neither kind ever becomes the other.\n\n"
        "A field that an endpoint does not know is refused with 400, however deep it stands in the "
        "body; `errors` has its shape. A change needs the `ETag` of what was read as `If-Match`. A "
        "write with an `Idempotency-Key` is done once.\n\n"
        "Where a clinical rule stops an order, a dose, a booking, a move or a hold, the answer is "
        "409 with `code` `not_allowed_by_rules`: `findings` (rule, version, severity and a message "
        "in the words that the asker may read) and `earliest`, the first day on which none stops "
        "it. Whoever may go on sends the same again with an `override_reason`, which stays for "
        "ever. What the rules found is under `findings`, the rules themselves under `rules`, and "
        "plans for what thins the blood under `hold-plans`."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatusEnum": [(status.value, status.value) for status in AppointmentStatus],
        "FollowUpStatusEnum": [(status.value, status.value) for status in FollowUpStatus],
        "FindingStateEnum": [(state.value, state.value) for state in FindingState],
        "FollowUpKindEnum": "treatments.models.FollowUpKind",
        "ConsultationKindEnum": "treatments.models.ConsultationKind",
        "OrderPriorityEnum": "treatments.models.OrderPriority",
        "EventOutcomeEnum": "treatments.models.EventOutcome",
        "RelatednessEnum": "treatments.models.Relatedness",
        "ResourceKindEnum": "scheduling.models.ResourceKind",
        "WaitlistPriorityEnum": "scheduling.models.WaitlistPriority",
        "ProcedureStatusEnum": ["completed", "stopped"],
        "DoseUnitEnum": [(unit.value, unit.value) for unit in Unit],
    },
}

# --- mail and background work ----------------------------------------------------------------

EMAIL_BACKEND = _EMAIL["EMAIL_BACKEND"]
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
ANYMAIL = {
    "REQUESTS_TIMEOUT": 10,
    "WEBHOOK_SECRET": EMAIL_WEBHOOK_SECRET,
    **_ANYMAIL,
}
EMAIL_HOST = _EMAIL["EMAIL_HOST"]
EMAIL_PORT = _EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = _EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _EMAIL["EMAIL_USE_SSL"]
EMAIL_FILE_PATH = _EMAIL["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10

CELERY_BROKER_URL = REDIS_URL
CELERY_BEAT_SCHEDULE = schedule.BEAT_SCHEDULE
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# NameRequests lets only well-formed ones through.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

# The caller's address is said by KeepTrace, which knows how many proxies to believe.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# One line a request, when it is answered; its beginning too at LOG_LEVEL=DEBUG.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
LOGGING = logs.logging_config(level=LOG_LEVEL)
logs.configure_structlog()
