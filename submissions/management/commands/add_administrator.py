"""Create the first administrator, or restore access for one who lost password and second factor.

A user who can run this command can also read the database and its keys. An event records each run.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from submissions.accounts import one_time_password
from submissions.audit import events
from submissions.models import Role, User


class Command(BaseCommand):
    help = "Create an administrator, or reset one, with a password for one sign-in within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="full name of a new administrator")
        parser.add_argument(
            "--reset", action="store_true", help="reset an existing one: new password, no second factor"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username__iexact=options["username"]).first()
        if options["reset"]:
            if person is None or person.role != Role.ADMINISTRATOR:
                raise CommandError("There is no administrator of that name. Others are reset by an administrator.")
            one_time_password.forget_second_factors(person, by=events.SYSTEM)
        elif person is not None:
            raise CommandError("There is somebody of that name. To let an administrator back in, add --reset.")
        else:
            person = _add(options["username"], options["name"] or options["username"])
        self.stdout.write(f"{person.username}: {one_time_password.issue(person, by=events.SYSTEM)}")
        self.stdout.write("Valid for one sign-in within 24 hours, which asks for a second factor.")


def _add(username: str, name: str) -> User:
    with transaction.atomic():
        person = User.objects.create_user(username, None, name=name, role=Role.ADMINISTRATOR)
        events.record("person_added", by=events.SYSTEM, fields={"person": username, "role": person.role})
    return person
