"""Settings, read from the environment; docs/operations.md lists every variable.

`ENVIRONMENT=production` (the Docker image sets it) demands real secrets and servers and
turns every security setting on. Anything else is `local`: a checkout on somebody's machine,
which falls back to the embedded PostgreSQL and Valkey when no server is named.
"""

import logging
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from marketplace.demo import embedded
from marketplace.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"

env = environ.Env()
ENVIRONMENT = env.str("ENVIRONMENT", default="local")
if ENVIRONMENT not in {"local", "production"}:
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}; it may be 'local' or 'production'."
    )
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
DEMO_MODE = env.bool("DEMO_MODE", default=False)
if PRODUCTION and (DEBUG or DEMO_MODE):
    raise ImproperlyConfigured("DEBUG and DEMO_MODE must be off when ENVIRONMENT=production.")

INSECURE_SECRET_KEY = "local-only-secret-key-never-in-production-0123456789"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if PRODUCTION and (SECRET_KEY == INSECURE_SECRET_KEY or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "SECRET_KEY must be set to at least 50 random characters when ENVIRONMENT=production."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = env.str("SITE_NAME", default="Fernhollow")
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")

# -- Who is installed ---------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    # Cotton and template-partials set TEMPLATES up by themselves unless told not to, and
    # together they silently switch Cotton off: hence the two Simple configs.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "js_asset",
    "lucide",
    "csp",
    "django_structlog",
    "django_prometheus",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "core",
    "core.accounts",
    "core.events",
    "core.deadlines",
    "core.evidence",
    "core.jobs",
    "core.exports",
    "core.lists",
    "core.notifications",
    "sellers",
    "finance",
    "orders",
    "packages",
    "refunds",
    "cancellations",
    "returns",
    "marketplace",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "marketplace.programs.ProgramMiddleware",  # a call with a token skips all that is below
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.middleware.ActorMiddleware",
    "marketplace.middleware.ReaderMiddleware",
]

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "core.templatetags.interface",
                "core.templatetags.controls",
                "core.templatetags.pages",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "marketplace.context_processors.site",
            ],
        },
    }
]
COTTON_DIR = "components"

# -- Servers ------------------------------------------------------------------------------

if PRODUCTION:
    DATABASE_URL = env.str("DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
else:
    DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.database_url()
    REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url()

DATABASES = {
    "default": {
        **environ.Env.db_url_config(DATABASE_URL),
        "ENGINE": "marketplace.postgresql",
        "ATOMIC_REQUESTS": False,  # each operation opens its own transaction
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Behind a pooler in transaction mode nothing may be left with a connection.
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_POOLED", default=False),
        "OPTIONS": {
            "options": " ".join(
                [
                    f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=60_000)}",
                    f"-c lock_timeout={env.int('LOCK_TIMEOUT_MS', default=10_000)}",
                    "-c idle_in_transaction_session_timeout=60000",
                    # How much of a name may be misspelled: "Martha" finds Marta.
                    "-c pg_trgm.word_similarity_threshold=0.5",
                ]
            )
        },
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", default="test_marketplace")},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default="") or REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Celery: reliability.md's table; Redis is a doorbell, the promises are rows -----------

VISIBILITY_TIMEOUT = env.int("CELERY_VISIBILITY_TIMEOUT", default=90)
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT,  # > task_time_limit, or a slow task runs twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "retry_on_timeout": True,
    "global_keyprefix": "mkt:",
    # Of publishing: without these a request waits 6 s for a broker that is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_ETA_TASK_LIMIT = 200
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "celerybeat-schedule")
# A job keeps a worker for a slice and then queues again. A slice and a step (30 s at most) stay
# within the soft time limit.
JOB_SLICE_SECONDS = 5.0
# A step that nobody finished is done again after so long: longer than a task may run.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=75)

# -- People -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["marketplace.sign_in.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "marketplace.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "marketplace.sign_in.RequestLoginCodeForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False

SESSION_ENGINE = "core.accounts.session_store"  # rows: survive a Redis flush, can be revoked
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "marketplace.views.csrf_failure"

# -- What a browser may do ----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in (
        "camera",
        "geolocation",
        "microphone",
        "payment",
        "usb",
        "accelerometer",
    )
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/"]  # asked from inside
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_PROXY", default=True):  # one that strips the header from outside
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- API ----------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.accounts.authentication.TokenAuthentication",
        "core.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.rendering.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.rendering.JSONAccepted",
    "DEFAULT_PARSER_CLASSES": ["core.api.rendering.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["core.api.filtering.AskedFilters"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.NewestFirst",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.PerToken"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=360)
SPECTACULAR_SETTINGS = {
    "TITLE": "Marketplace order and after-sales API",
    "DESCRIPTION": "Orders of many sellers, packages, cancellations, returns and refund plans.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStatus": "core.jobs.models.Job.Status",
        "OrderStatus": "orders.models.OrderStatus",
        "CaseKind": "orders.models.cases.CaseKind",
        "CaseStatus": "orders.models.Case.Status",
        "RefundPlanStatus": "refunds.models.RefundPlan.Status",
        "PackageStatus": "packages.models.Package.Status",
        "CarrierReportKind": "packages.models.CarrierReport.Kind",
        "ReasonKind": "orders.models.cases.ReasonKind",
        "Fault": "orders.models.Reason.Fault",
        "PayTo": "refunds.models.RefundPlan.PayTo",
        "ReturnItemStatus": "returns.models.ReturnItem.Status",
        "ReturnParcelStatus": "returns.models.ReturnParcel.Status",
        "OfferStatus": "returns.models.Offer.Status",
        "DisputeStatus": "returns.models.Dispute.Status",
        "DecisionOutcome": "returns.models.Decision.Outcome",
    },
}

# -- Mail, files, words -------------------------------------------------------------------

EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if PRODUCTION else "dummymail://"
)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <orders@example.com>")

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static" if PRODUCTION else None  # local ones come from the finders
STATICFILES_DIRS = [BASE_DIR / "assets" / part for part in ("built", "js", "images")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# What people hand in (invoices, evidence). No server serves it: pages open it for who may see it.
PRIVATE_FILES_DIR = env.str("PRIVATE_FILES_DIR", default=str(LOCAL_DIR / "files"))
# Photos and documents about a return: bytes of one file, and how many are given at once.
EVIDENCE_LARGEST = env.int("EVIDENCE_LARGEST", default=10 * 1024 * 1024)
EVIDENCE_MOST_FILES = env.int("EVIDENCE_MOST_FILES", default=10)
# Exports: for how many days a file stays, how many of one person are made at once, and how many
# rows are one step of the job (it stays within a few seconds) or one workbook.
EXPORT_KEPT_DAYS = env.int("EXPORT_KEPT_DAYS", default=7)
EXPORT_MOST_UNFINISHED = env.int("EXPORT_MOST_UNFINISHED", default=5)
EXPORT_ROWS_PER_STEP = 50_000
EXPORT_ROWS_PER_WORKBOOK = 100_000
# Where the web server in front has PRIVATE_FILES_DIR as an internal location; empty: we send files.
EXPORT_ACCEL_LOCATION = env.str("EXPORT_ACCEL_LOCATION", default="")
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("pt-br", _("Brazilian Portuguese")),
    ("de", _("German")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
DEFAULT_TIME_ZONE = env.str("DEFAULT_TIME_ZONE", default="America/Sao_Paulo")

# -- Money --------------------------------------------------------------------------------

PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", default="simulator")
SIMULATOR_URL = env.str("SIMULATOR_URL", default="http://127.0.0.1:8099")
# whsec_ and base64 of at least 24 bytes; its webhooks are refused without one
SIMULATOR_WEBHOOK_SECRET = env.str("SIMULATOR_WEBHOOK_SECRET", default="")
GATEWAY_CONNECT_SECONDS = env.float("GATEWAY_CONNECT_SECONDS", default=3.0)
GATEWAY_READ_SECONDS = env.float("GATEWAY_READ_SECONDS", default=20.0)

# -- Logs and metrics ---------------------------------------------------------------------

LOGGING = logging_config(
    json=PRODUCTION, level=env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")
)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # /metrics/ does not exist without one

SILENCED_SYSTEM_CHECKS = []
