"""Django's settings. Everything that differs between installations comes from the environment (README, Environment)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from kycportal import database_settings, env, https, logs
from kycportal.celery_settings import *  # noqa: F403  CELERY_ settings only

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
DATABASE_URL = env.text("DATABASE_URL")
IS_EMBEDDED = not DATABASE_URL

SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR, may_make=IS_EMBEDDED, make=env.new_signing_key)
FIELD_KEYS = env.keys("KYC_FIELD_KEYS", env.secret("KYC_FIELD_KEYS", DATA_DIR, may_make=IS_EMBEDDED))
SEARCH_KEYS = env.keys("KYC_SEARCH_KEYS", env.secret("KYC_SEARCH_KEYS", DATA_DIR, may_make=IS_EMBEDDED))
if set(FIELD_KEYS) & set(SEARCH_KEYS):
    raise ImproperlyConfigured("KYC_FIELD_KEYS and KYC_SEARCH_KEYS share a key; each needs its own.")

DEBUG = env.flag("DEBUG")
PORT = env.number("PORT", 8000)
SANDBOX_PORT = env.number("SANDBOX_PORT", 8001)
HTTPS_PORT = env.number("HTTPS_PORT", 0)  # `make run` also listens here, for phones, with a self-signed certificate
OWN_URL = https.own_url(HTTPS_PORT) if HTTPS_PORT else f"http://127.0.0.1:{PORT}"
PUBLIC_URL = env.text("PUBLIC_URL", OWN_URL).rstrip("/")
# Only if PUBLIC_URL says so: with HTTPS_PORT, plain http on loopback must still work.
IS_HTTPS = urlsplit(env.text("PUBLIC_URL")).scheme == "https"
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{https.host_of(PUBLIC_URL)}")
# Internal networks to which outgoing messages may be sent, each with the reason.
RECEIVER_ALLOW_LIST = env.networks("RECEIVER_ALLOW_LIST")
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 120)
PHONE_LINK_MINUTES = env.number("PHONE_LINK_MINUTES", 15)
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

ARGOS_BASE_URL = env.text("ARGOS_BASE_URL")
HAS_SAMPLE_SUBMISSIONS = True  # wanted where `accounts.demo` allows them; the test stacks start empty
ARGOS_API_KEY = env.text("ARGOS_API_KEY")
ARGOS_ADMIN_EMAIL = env.text("ARGOS_ADMIN_EMAIL")
KYC_DEMO_PASSWORD = env.text("KYC_DEMO_PASSWORD")

INSTALLED_APPS = [
    "kycportal",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "submissions",
]

MIDDLEWARE = [
    "kycportal.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kycportal.compression.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "kycportal.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "submissions.accounts.preferences.language.LanguageMiddleware",
    "submissions.accounts.preferences.time_zone.TimeZoneMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "submissions.accounts.session_middleware.SessionMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "submissions.views.frame.error_middleware.FactsMiddleware",
]

ROOT_URLCONF = "kycportal.urls"
WSGI_APPLICATION = "kycportal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "submissions.views.frame.context_processors.portal",
            ],
        },
    },
]

_pooled = env.flag("DATABASE_POOLER")
DATABASES = {
    "default": database_settings.embedded(DATA_DIR)
    if IS_EMBEDDED
    else database_settings.of_url(DATABASE_URL, is_pooled=_pooled)
}


def _redis_url() -> str:
    """Return REDIS_URL, else the address of the embedded server that `make run` has started."""
    written = DATA_DIR / "redis-url"
    if not env.text("REDIS_URL") and written.exists():
        return written.read_text().strip()
    url = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
    env.address("REDIS_URL", url, form="redis://:password@host/0")
    return env.redis(url)


REDIS_URL = _redis_url()

STORAGES = {
    "default": env.storage(env.text("STORAGE_URL"), DATA_DIR / "media"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

_mail = env.mail(env.text("EMAIL_URL"), DATA_DIR / "mail")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = _mail["EMAIL_TIMEOUT"]
DEFAULT_FROM_EMAIL = _mail["DEFAULT_FROM_EMAIL"]

AUTH_USER_MODEL = "submissions.User"
AUTHENTICATION_BACKENDS = ["submissions.accounts.backend.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "submissions.accounts.password_validators.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Limits are counted in Redis for all processes together; keys are hashed and values are times, so nothing personal.
CACHES = {
    "default": {
        "BACKEND": "kycportal.shared_cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "kycportal.shared_cache.hashed_key",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

ACCOUNT_ADAPTER = "submissions.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "submissions.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # all sessions have the same limits, so there is no checkbox
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# A whole office may share one address, so only failures have tight limits.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "30/m/ip,5/15m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "submissions.accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "submissions.accounts.mfa.totp_codes.SignInCode",
    "reauthenticate": "submissions.accounts.mfa.totp_codes.AgainCode",
    "activate_totp": "submissions.accounts.mfa.totp_codes.NewAppCode",
    "add_webauthn": "submissions.accounts.mfa.passkeys.AddPasskeyForm",
    "login_webauthn": "submissions.accounts.mfa.passkeys.LoginPasskeyForm",
    "reauthenticate_webauthn": "submissions.accounts.mfa.passkeys.ReauthenticatePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "KYC Portal"
MFA_TOTP_TOLERANCE = 1  # 30 seconds in both directions, because phone clocks drift
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # browsers offer passkeys without https on localhost only

# OIDC_ISSUER enables single sign-on; it needs OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_NAME (on the button).
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
SOCIALACCOUNT_ADAPTER = "submissions.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": env.single_sign_on(OIDC_ISSUER, must_be_https=IS_HTTPS)}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# Number of our proxies that append to X-Forwarded-For; 0: the peer is the client.
TRUSTED_PROXY_HOPS = env.number("TRUSTED_PROXY_HOPS", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_HOPS

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:  # the prefix makes browsers refuse the cookie from a sub-domain or over http
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_FAILURE_VIEW = "kycportal.errors.csrf_failure"

# With https all settings enforce it; `make run` on loopback has no certificate.
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Both affect other hosts of the domain, and removing a preloaded domain takes months, so both are opt-in.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD")
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured(
        "HSTS_PRELOAD=1 needs HSTS_INCLUDE_SUBDOMAINS=1: browsers' lists take whole domains only."
    )
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they warn about the two settings above
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *([env.origin(OIDC_ISSUER)] if OIDC_ISSUER else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Uploads stay in memory, because images of faces must not be in temporary files. 15 MB per image, several per form.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 8

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
CUSTOMER_LANGUAGES = ["en", "ko", "zh-hans", "vi", "ja", "ar"]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "customers"]
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_TZ = True
FORMAT_MODULE_PATH = ["kycportal.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))

CELERY_BROKER_URL = CELERY_REDBEAT_REDIS_URL = REDIS_URL  # the others are in `celery_settings`

# JSON for machines; plain text for a terminal, the default with the embedded database.
LOG_FORMAT = env.text("LOG_FORMAT", "plain" if IS_EMBEDDED else "json")
LOGGING = logs.config(LOG_FORMAT)
# Destination of a copy of the audit log (`submissions.audit.stream`); if it is empty there is no copy.
AUDIT_STREAM_URL = env.audit_stream(env.text("AUDIT_STREAM_URL"))
AUDIT_STREAM_TOKEN = env.text("AUDIT_STREAM_TOKEN")
AUDIT_STREAM_CA = env.text("AUDIT_STREAM_CA")
# Clients of /metrics send it as a bearer token; if it is empty the page does not exist.
METRICS_TOKEN = env.text("METRICS_TOKEN")
# Target of traces over HTTP; if it is empty, OpenTelemetry is not loaded.
OTEL_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")
