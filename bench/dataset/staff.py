"""Create the users, teams and projects of the generated submissions with the portal's own models."""

from dataclasses import dataclass
from typing import Any

from submissions.models import Project, Role, Team, User

TEAMS, AGENTS, OFFICERS, MANAGERS = 4, 24, 10, 2
PROJECTS = ("Retail", "Business", "Partners")
KEY = "bench-key"


@dataclass(frozen=True)
class Staff:
    projects: list[Project]
    agents: list[User]
    officers: list[User]
    managers: list[User]


def make() -> None:
    teams = [Team.objects.create(name=f"Branch {number}") for number in range(TEAMS)]
    for number in range(AGENTS):
        _person(Role.AGENT, number, team=teams[number % TEAMS])
    for number in range(OFFICERS):
        _person(Role.OFFICER, number)
    for number in range(MANAGERS):
        _person(Role.MANAGER, number)
    for name in PROJECTS:
        project = Project(name=name, base_url="http://127.0.0.1:9/v3", admin_email="reviewer@example.com")
        project.api_key = f"{KEY}-{name}"
        project.save()


def _person(role: Role, number: int, **more: Any) -> None:
    user = User(username=f"{role}{number}", name=f"{role.label} {number}", role=role, **more)
    user.set_unusable_password()
    user.save()


def read() -> Staff:
    people = {role: list(User.objects.filter(role=role).order_by("pk")) for role in Role}
    projects = list(Project.objects.order_by("name"))
    return Staff(projects, people[Role.AGENT], people[Role.OFFICER], people[Role.MANAGER])
