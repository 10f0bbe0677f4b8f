"""The vendor client of a project. Every call that it makes is counted in the budget of the project's key."""

from argos.client import Client, Paths
from submissions.models import Project
from submissions.outbox import instrumentation
from submissions.outbox.rate_budget import READ, Budget


def budget_of(project: Project) -> Budget:
    return Budget(project.key_digest, project.calls_per_second, project.calls_per_day)


def client_for(project: Project, share: float = READ) -> Client:
    """`share`: the part of the budget that this client may use up, 0 to 1."""
    counted = budget_of(project)
    return Client(
        project.base_url,
        project.api_key,
        paths=Paths.from_mapping(project.paths),
        connect_timeout=project.connect_timeout,
        read_timeout=project.read_timeout,
        admit=lambda: counted.spend(share),
        tell=instrumentation.note,
    )
