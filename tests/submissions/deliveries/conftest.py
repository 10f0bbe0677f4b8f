"""A receiver on loopback, which the embedded demo allows over plain http."""

from collections.abc import Iterator

import pytest

from tests.receiver import Receiver, receiver


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiver() as running:
        yield running
