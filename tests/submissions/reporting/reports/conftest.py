from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from submissions.models import User
from tests.submissions.reporting.reports import week


@pytest.fixture(scope="module")
def busy(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, User]]:
    """Create the week once per module; each test changes it in a transaction of its own."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as the transaction around each test
    with django_db_blocker.unblock(), around:
        yield week.work()
        transaction.set_rollback(True)
