"""Create the first project from ARGOS_*, and demo users and projects if `accounts.demo` allows them."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from submissions.accounts import demo
from submissions.demo import seed
from submissions.models import Project, Team, User

EVERYTHING = (
    "has_address_codes",
    "has_address_image",
    "has_structured_address",
    "has_account_occupancy",
    "sends_later_images",
)


class Command(BaseCommand):
    help = "Create demo people, projects and samples on the embedded database, or the first project from ARGOS_*."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo.is_allowed(settings):
            _first_project()
            return
        _people()
        if settings.ARGOS_BASE_URL:
            _first_project()
            return
        standard, everything = demo.SANDBOX_KEYS
        _project(demo.STANDARD, standard, redacts_resident_numbers=True)
        _project("Demo: everything on", everything, **dict.fromkeys(EVERYTHING, True), has_universal_mode=True)
        if seed.is_wanted():
            self.stdout.write("Creating sample submissions ...")
            count = seed.seed(Project.objects.get(name=demo.STANDARD), settings.DATA_DIR / demo.RECORDS)
            self.stdout.write(f"{count} sample submissions of the last 14 days created.")


def _first_project() -> None:
    if Project.objects.exists() or not settings.ARGOS_BASE_URL:
        return
    project = Project(name="First project", base_url=settings.ARGOS_BASE_URL, admin_email=settings.ARGOS_ADMIN_EMAIL)
    project.api_key = settings.ARGOS_API_KEY
    project.save()


def _people() -> None:
    """Give every demo user the printed password. The result is remembered, because each check costs a slow hash."""
    password = demo.password(settings)
    remembered = settings.DATA_DIR / demo.REMEMBERED
    if remembered.exists() and remembered.read_text() == _fingerprint(password):
        return
    for username, role, name, desk in demo.PEOPLE:
        team = Team.objects.get_or_create(name=desk)[0] if desk else None
        user = User.objects.filter(username=username).first()
        if user is None:
            email = f"{username}@example.com"
            User.objects.create_user(username, password, role=role, name=name, team=team, email=email)
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
    remembered.touch(mode=0o600)
    remembered.write_text(_fingerprint(password))


def _fingerprint(password: str) -> str:
    """Return a hash of the password and of the stored data of each user; it changes when a user changes theirs."""
    names = [username for username, *_rest in demo.PEOPLE]
    stored = User.objects.filter(username__in=names).order_by("username").values_list("username", "password")
    return hashlib.sha256(repr([password, *stored]).encode()).hexdigest()


def _project(name: str, key: str, **options: bool) -> None:
    """Create the project once; its address follows SANDBOX_PORT at every start."""
    url = demo.vendor_url(settings)
    token = demo.webhook_token(settings.DATA_DIR, key)
    project = Project.objects.filter(name=name).first()
    if project is None:
        project = Project(name=name, admin_email=demo.ADMIN_EMAIL, paths={"address_code": "Address_code"}, **options)
    elif (project.base_url, project.webhook_token, bool(project.liveform_project_id)) == (url, token, True):
        return
    project.base_url, project.webhook_token = url, token
    project.has_liveform, project.liveform_project_id = True, f"pid-{key}"
    project.liveform_url = f"{url.rpartition('/')[0]}/liveform"
    project.api_key = key
    project.save()
