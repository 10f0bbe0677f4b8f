"""Settings of the tests: the product's own, on a temporary database, without external effects."""

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
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns if it is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Also on PostgreSQL the users sign in as on the embedded deployment; what production demands has its own tests.
IS_EMBEDDED = True
REDIS_URL = "redis://127.0.0.1:9/0"  # absent; a test that needs Redis starts one
DATABASES["default"].setdefault("TEST", {})


class UndefinedVariable(str):
    """Fail the test if a template uses an undefined variable."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
TEMPLATES[0]["BACKEND"] = "tests.markup.CompactTemplates"
