import pytest

from submissions.models import User
from tests.submissions.reporting.reports import week


@pytest.fixture
def busy() -> dict[str, User]:
    return week.work()
