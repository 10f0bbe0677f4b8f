"""The agent, and a project whose vendor is the sandbox."""

import pytest
from django.test import Client

from submissions.models import Project, User
from tests.factories import make_user
from tests.sandbox import Sandbox
from tests.submissions.views.gathering import make_sandbox_project


@pytest.fixture
def agent(client: Client) -> User:
    agent = make_user()
    client.force_login(agent)
    return agent


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    return make_sandbox_project(sandbox)
