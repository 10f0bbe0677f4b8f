"""Settings of a whole stack under test: the product's, with the clock read from a file that the test changes."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from kycportal.settings import *  # noqa: F403
from kycportal.settings import CELERY_BEAT_SCHEDULE
from submissions.core import clock

IS_EMBEDDED = True  # the demo users, also on PostgreSQL; the only vendor is the sandbox
HAS_SAMPLE_SUBMISSIONS = False  # each test creates its own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # users sign in at every test
OFFSET_FILE = Path(os.environ["KYC_TEST_CLOCK"])


def moved_now() -> datetime:
    return timezone.now() + timedelta(seconds=float(OFFSET_FILE.read_text() or 0))


clock.now = moved_now  # before a model uses it as a default

# Waits here depend on the moved clock, so beat's intervals would only delay the tests.
for _name in ("settle", "deadlines", "webhooks", "poll", "alerts"):
    CELERY_BEAT_SCHEDULE[_name]["schedule"] = timedelta(seconds=2)
