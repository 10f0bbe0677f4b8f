"""`manage.py verify_events [--seal FILE] [--copy FILE ...]`: check the audit log or a copy against the hash chain."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.audit import hash_chain
from submissions.audit.hash_chain import ChainProblem
from submissions.audit.stream import copies, sending
from submissions.models import Seal


class Command(BaseCommand):
    help = "Find events that were altered, removed, inserted or reordered since they were added to the chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seal", type=Path, help="a seal exported earlier with export_seal, to compare with")
        copy = parser.add_argument_group("a copy that the audit stream wrote elsewhere, verified without the database")
        copy.add_argument("--copy", type=Path, nargs="+", metavar="FILE", help="its lines, in the order of the stream")
        copy.add_argument("--first", type=int, default=1, help="the first seal that the copy must have (default: 1)")
        copy.add_argument("--compare", action="store_true", help="also compare the copy with this database")

    def handle(self, *args: Any, seal: Path | None, copy: list[Path] | None, **options: Any) -> None:
        exported = _exported(seal)
        if copy is not None:
            self._verify_copy(copy, exported, first=options["first"], compares=options["compare"])
            return
        self._fail_for(hash_chain.verify(exported), "Keep the database as it is and ask why.")
        newest = hash_chain.export()
        if seal is None:
            self.stdout.write("Without an exported seal, events removed at the end are not detected.")
        summary = f"{Seal.objects.count()} seals verified; newest {newest['digest']}" if newest else "no seal yet"
        self.stdout.write(summary)

    def _verify_copy(self, paths: list[Path], exported: dict[str, Any] | None, *, first: int, compares: bool) -> None:
        copy = copies.Copy(first)
        self._fail_for(_problems(copy, paths, exported, compares=compares), "Keep the copy as it is and ask why.")
        if copy.purged:
            self.stdout.write(f"{len(copy.purged)} seals have no events: they were purged before they were copied.")
        if exported is None and not compares:
            self.stdout.write("Without --seal or --compare, lines removed at the end are not detected.")
        last = f"; newest {copy.newest}: {copy.digests[copy.newest]}" if copy.digests else ""
        self.stdout.write(f"{len(copy.digests)} seals with {copy.events} events verified{last}")

    def _fail_for(self, found: Iterator[ChainProblem], do: str) -> None:
        problems = list(found)
        for problem in problems:
            self.stdout.write(f"seal {problem.seal}: {problem.text}")
        if problems:
            raise CommandError(f"{len(problems)} sign(s) of tampering. {do}")


def _problems(
    copy: copies.Copy, paths: list[Path], exported: dict[str, Any] | None, *, compares: bool
) -> Iterator[ChainProblem]:
    yield from copy.problems(_texts(paths))
    if exported is not None and copy.digests.get(exported["number"]) != exported["digest"]:
        yield ChainProblem(exported["number"], "the exported seal is not in the copy as it was exported")
    if compares:
        state = sending.state()
        yield from copies.compare(copy, delivered=state.number if state else 0)


def _texts(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        try:
            with path.open(encoding="utf-8") as file:
                yield from file
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error


def _exported(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text())
        return {"number": int(found["number"]), "digest": str(found["digest"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not a seal as export_seal prints it: {error}") from error
