"""Settings of a whole stack under test: the product's, with the clock read from a file that the test moves."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from kycportal.settings import *  # noqa: F403
from kycportal.settings import CELERY_BEAT_SCHEDULE
from submissions.core import clock

IS_EMBEDDED = True  # the demo people, on PostgreSQL too; only the sandbox is ever asked
HAS_SAMPLE_SUBMISSIONS = False  # each test files its own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people sign in at every test
OFFSET_FILE = Path(os.environ["KYC_TEST_CLOCK"])


def moved_now() -> datetime:
    return timezone.now() + timedelta(seconds=float(OFFSET_FILE.read_text() or 0))


clock.now = moved_now  # before any model takes it as a default

# What waits for a clock here waits for the moved one; beat's own rounds are only the waiting of a test.
for _name in ("settle", "deadlines", "webhooks", "poll", "alerts"):
    CELERY_BEAT_SCHEDULE[_name]["schedule"] = timedelta(seconds=2)
