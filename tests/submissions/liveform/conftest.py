"""A project of the sandbox that uses Liveform, and an agent."""

import pytest

from submissions.models import (
    Project,
    Role,
    User,
)
from tests import factories
from tests.factories import make_user
from tests.sandbox import Sandbox
from tests.submissions.liveform.filling import PID


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    sandbox.control.project(pid=PID)
    url = sandbox.base_url.rpartition("/")[0] + "/liveform"
    project = factories.make_liveform_project(base_url=sandbox.base_url, liveform_url=url, read_timeout=10)
    project.api_key = "sandbox-key-standard"
    project.save()
    return project


@pytest.fixture
def agent() -> User:
    return make_user(Role.AGENT)
