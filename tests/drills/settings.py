"""Settings of a drill: those of the stack with its movable clock, a fast beat, and the app that removes guards."""

from datetime import timedelta

from tests.settings_stack import *  # noqa: F403
from tests.settings_stack import CELERY_BEAT_SCHEDULE, INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills"]
# The users sign in over HTTP with only a password; other tests cover what production demands.
IS_EMBEDDED = True
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# The portal's clock runs about thirty times as fast as real time, so beat does too.
SECONDS = {"send": 1, "settle": 2, "deadlines": 3, "webhooks": 2, "poll": 3, "alerts": 10, "beat": 2, "deliveries": 2}
for _name, _seconds in SECONDS.items():
    CELERY_BEAT_SCHEDULE[_name]["schedule"] = timedelta(seconds=_seconds)
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_REDBEAT_LOCK_TIMEOUT = 5
