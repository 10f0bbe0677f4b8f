"""Settings of the test suite: the product's own, on a throw-away database, with nothing that leaves the process."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="kyc-portal-tests-"))

from kycportal.settings import *  # noqa: F403
from kycportal.settings import DATABASES, STATIC_ROOT, STORAGES, TEMPLATES

STORAGES = {
    **STORAGES,
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where there is none
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# On PostgreSQL too the suite's people sign in as on the embedded deployment; what production demands has its own tests.
IS_EMBEDDED = True
REDIS_URL = "redis://127.0.0.1:9/0"  # gone: what needs Redis says so and starts one
DATABASES["default"].setdefault("TEST", {})


class UndefinedVariable(str):
    """Makes a template variable that nobody passed fail the test."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
TEMPLATES[0]["BACKEND"] = "tests.markup.CompactTemplates"
