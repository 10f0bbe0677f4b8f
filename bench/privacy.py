"""Measure the cost of encryption at rest on the review page, against a copy with plain columns; on PostgreSQL.

The copy exists only here: a schema with each table that has encrypted columns, in which these columns hold the same
values as plain JSON, read without a key. Both answer the same request through the same view and middleware, in turns
in this process. Images are measured separately, because each is a request of its own.
"""

import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench.database import run_on_postgres, set_up
from bench.report import Report

TURNS = 60
LIMIT = 1.2
TWIN = "plain_twin"


def prepare() -> tuple[Any, str, list[str]]:
    """Return an officer's signed-in client, the URL of the page they have claimed, and the URLs of its images."""
    from django.test import Client

    from submissions.models import Role, Status
    from submissions.review import decisions
    from submissions.review.workload import claims
    from tests.factories import by, make_at, make_user, sign_in

    officer, agent = make_user(Role.OFFICER), make_user()
    submission = make_at(Status.PENDING, agent)
    for turn in range(3):
        decisions.add_note(submission, f"Called the customer, they will be in on Monday. {turn}", by=by(agent))
    claims.claim(submission, by=by(officer))
    client = sign_in(Client(SERVER_NAME="localhost"), officer)
    from submissions.capture.images import current_images

    paths = [f"/images/{image.pk}/" for image in current_images(submission).values()]
    return client, f"/review/{submission.pk}/", paths


def encrypted_attributes() -> list[tuple[type, str, Any]]:
    """Return (model, name, attribute) of every encrypted column."""
    from django.apps import apps

    from submissions.models.encrypted import EncryptedJSON

    models = list(apps.get_app_config("submissions").get_models())
    return [
        (model, name, found)
        for model in models
        for name, found in vars(model).items()
        if isinstance(found, EncryptedJSON)
    ]


class Plain:
    """Replace `EncryptedJSON` in the copy: the same column with readable JSON."""

    def __init__(self, encrypted: Any) -> None:
        self.column, self.empty = encrypted.column, encrypted.empty

    def __get__(self, row: Any, owner: type) -> Any:
        stored = getattr(row, self.column)
        return json.loads(bytes(stored)) if stored else self.empty()

    def __set__(self, row: Any, value: Any) -> None:
        setattr(row, self.column, json.dumps(value).encode() if value else None)


def make_twin() -> None:
    """Create the schema, with a plain copy of every encrypted table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {TWIN}")
        for table in sorted({model._meta.db_table for model, _name, _found in encrypted_attributes()}):
            cursor.execute(f"CREATE TABLE {TWIN}.{table} (LIKE public.{table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO {TWIN}.{table} SELECT * FROM public.{table}")
        for model, name, found in encrypted_attributes():
            update = f"UPDATE {TWIN}.{model._meta.db_table} SET {found.column} = %s WHERE {model._meta.pk.column} = %s"
            rows = model._default_manager.exclude(**{found.column: None})
            cursor.executemany(update, [(json.dumps(getattr(row, name)).encode(), row.pk) for row in rows])
        cursor.execute("ANALYZE")


@contextlib.contextmanager
def as_twin() -> Iterator[None]:
    from django.db import connection

    found = encrypted_attributes()
    for model, name, encrypted in found:
        setattr(model, name, Plain(encrypted))
    connection.cursor().execute(f"SET search_path TO {TWIN}, public")
    try:
        yield
    finally:
        connection.cursor().execute("SET search_path TO public")
        for model, name, encrypted in found:
            setattr(model, name, encrypted)


def milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    """Return wall-clock and CPU milliseconds of this process; on a busy machine the first includes other load."""
    start, used = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000


def shown(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def check_same(client: Any, address: str) -> None:
    """Check that both show the values, and that the copy needs no key."""
    from submissions.core import encryption

    def refuse(*_given: Any) -> bytes:
        raise AssertionError("the twin opened something encrypted")

    assert "Minseo Example" in shown(client, address)
    opened, encryption.decrypt = encryption.decrypt, refuse
    try:
        with as_twin():
            assert "Minseo Example" in shown(client, address)
    finally:
        encryption.decrypt = opened


Times = list[tuple[float, float]]


def compare(client: Any, address: str) -> tuple[Times, Times]:
    ours, twins = [], []
    for turn in range(TURNS + 5):
        encrypted = milliseconds(lambda: shown(client, address))
        with as_twin():
            plain = milliseconds(lambda: shown(client, address))
        if turn >= 5:  # warm
            ours.append(encrypted)
            twins.append(plain)
    return ours, twins


def opening_images(client: Any, images: list[str]) -> tuple[Times, Times]:
    """Return the times of an image response: with its bytes decrypted, and with the same bytes plain."""
    from submissions.models import Image

    read, plain = Image.read, {f"/images/{image.pk}/": image.read() for image in Image.objects.all()}
    ours, twins = [], []
    for _turn in range(TURNS // 4):
        for address in images:
            ours.append(milliseconds(partial(shown_image, client, address)))
            Image.read = lambda image: plain[f"/images/{image.pk}/"]  # type: ignore[method-assign]
            twins.append(milliseconds(partial(shown_image, client, address)))
            Image.read = read  # type: ignore[method-assign]
    return ours, twins


def shown_image(client: Any, address: str) -> None:
    assert client.get(address).status_code == 200


def report_figures(report: Report, name: str, ours: Times, twins: Times, at_most: float | None) -> None:
    for which, unit in enumerate(("ms", "ms of this process")):
        encrypted, plain = ([times[which] for times in found] for found in (ours, twins))
        low, _middle, high = statistics.quantiles(encrypted, n=4)
        median, reference = statistics.median(encrypted), statistics.median(plain)
        report.add(
            f"privacy: {name}",
            median,
            unit,
            against="plain twin",
            reference=reference,
            at_most=at_most,
            spread=high - low,
        )


def main() -> int:
    if (ended := run_on_postgres("privacy")) is not None:
        return ended
    set_up()
    client, address, images = prepare()
    make_twin()
    check_same(client, address)
    report = Report(f"The review page with everything encrypted, against a plain twin ({TURNS} turns, PostgreSQL)")
    report_figures(report, "review page", *compare(client, address), at_most=LIMIT)
    report_figures(report, "an image", *opening_images(client, images), at_most=None)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
