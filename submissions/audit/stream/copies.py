"""Verify a copy of the audit log from its lines alone: altered, missing, inserted and reordered lines are found.

Lines must be in the order of `event.sequence`. A batch that was sent twice, or broken off and sent again, is no
problem, because the stream repeats what the destination did not confirm.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from submissions.audit import hash_chain
from submissions.audit.hash_chain import ChainProblem
from submissions.audit.stream import lines
from submissions.audit.stream.lines import Line
from submissions.models import Seal


@dataclass
class Copy:
    """What was read of a copy. `digests`: of each seal by its number; `purged`: seals without their events."""

    first: int = 1
    digests: dict[int, str] = field(default_factory=dict)
    events: int = 0
    purged: list[int] = field(default_factory=list)
    _batch: list[Line] = field(default_factory=list)  # events since the last seal
    _dropped: list[Line] = field(default_factory=list)  # events of a batch that was broken off and began again

    @property
    def newest(self) -> int:
        return max(self.digests, default=0)

    def problems(self, texts: Iterable[str]) -> Iterator[ChainProblem]:
        """Read the lines and yield every sign of tampering, in their order."""
        for place, text in enumerate(texts, start=1):
            if not text.strip():
                continue
            try:
                yield from self._read(lines.parse(text))
            except lines.NotALine as error:
                yield ChainProblem(0, f"line {place} is no line of the audit stream ({error})")
        if self._batch:
            yield ChainProblem(0, f"{len(self._batch)} events at the end belong to no seal: the copy is cut off")

    def _read(self, line: Line) -> Iterator[ChainProblem]:
        if lines.is_seal(line):
            yield from self._close(line)
            return
        if self._batch and lines.sequence_of(line)[1] == 1:
            self._dropped, self._batch = self._batch, []
        self._batch.append(line)

    def _close(self, line: Line) -> Iterator[ChainProblem]:
        """Compare the events before the seal with it, and the seal with the one before."""
        (seal, is_purged), batch, dropped = lines.seal_of(line), self._batch, self._dropped
        self._batch, self._dropped = [], []
        if seal.number in self.digests:
            if self.digests[seal.number] != seal.digest:
                yield ChainProblem(seal.number, "the copy has two different seals with this number")
        else:
            yield from self._links(seal)
            self.digests[seal.number] = seal.digest
            self.events += len(batch)
        yield from self._events(seal, batch, is_purged=is_purged)
        if any(event not in batch for event in dropped):
            yield ChainProblem(seal.number, "events before it belong to no seal: they were inserted or altered")

    def _links(self, seal: Seal) -> Iterator[ChainProblem]:
        expected = self.newest + 1 if self.digests else self.first
        if seal.number > expected:
            yield ChainProblem(seal.number, f"seals {expected} to {seal.number - 1} are missing before it")
        elif seal.number < expected:
            yield ChainProblem(seal.number, f"it is not in its place: seal {expected} is expected")
        previous = self.digests.get(seal.number - 1, hash_chain.FIRST if seal.number == 1 else None)
        if previous is not None and seal.previous != previous:
            yield ChainProblem(seal.number, "it does not follow the seal before it")
        if seal.digest != hash_chain.digest_of(seal):
            yield ChainProblem(seal.number, "the seal itself was altered")

    def _events(self, seal: Seal, batch: list[Line], *, is_purged: bool) -> Iterator[ChainProblem]:
        if is_purged and not batch:
            self.purged.append(seal.number)
            if self.events:
                yield ChainProblem(seal.number, "it has no events, though an older seal has some")
            return
        try:
            rows: list[tuple[Any, ...]] = [lines.row_of(event) for event in batch]
        except lines.NotALine:
            yield ChainProblem(seal.number, "an event was altered: columns are missing")
            return
        if len(rows) != seal.count:
            yield ChainProblem(seal.number, f"{seal.count} events were sealed and the copy has {len(rows)}")
        elif hash_chain.rows_digest(rows) != seal.rows_digest:
            yield ChainProblem(seal.number, "an event was altered, exchanged or moved")


def compare(copy: Copy, *, delivered: int) -> Iterator[ChainProblem]:
    """Yield each difference between the copy and this database's chain. `delivered`: the newest confirmed seal."""
    within = Seal.objects.filter(number__range=(min(copy.digests, default=0), copy.newest))
    stored = dict(within.values_list("number", "digest"))
    for number, digest in copy.digests.items():
        if stored.get(number) != digest:
            yield ChainProblem(number, "the database does not have it as the copy does")
    if copy.newest < delivered:
        yield ChainProblem(delivered, f"the copy ends at seal {copy.newest}, but the destination confirmed it")
