"""The vendor client of a project. Every call that it makes is counted in the budget of the project's key."""

from argos.client import Client
from argos.paths import Paths
from submissions.models import CallKind, Project
from submissions.outbox import instrumentation
from submissions.outbox.rate_budget import READ, SHARES, Budget


def budget_of(project: Project) -> Budget:
    return Budget(project.key_digest, project.calls_per_second, project.calls_per_day)


def has_budget(project: Project, kind: CallKind) -> bool:
    """Return whether the budget has room for a call of this kind now."""
    return budget_of(project).has_room(SHARES[kind])


def client_for(project: Project, share: float = READ) -> Client:
    """Return a client that may use up to `share` of the budget, 0 to 1."""
    counted = budget_of(project)
    return Client(
        project.base_url,
        project.api_key,
        paths=Paths.from_mapping(project.paths),
        connect_timeout=project.connect_timeout,
        read_timeout=project.read_timeout,
        admit=lambda: counted.spend(share),
        on_exchange=instrumentation.note,
    )
