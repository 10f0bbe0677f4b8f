"""`python -m bench.dataset`: fills what is missing and nothing else; `... drop` throws the kept databases away."""

import shutil
import sys

from bench.dataset.cluster import kept
from bench.dataset.here import LARGE_SET, LITTLE_SET, ensure

if sys.argv[1:] == ["drop"]:
    shutil.rmtree(kept().folder)
else:
    ensure(kept(), (LITTLE_SET, LARGE_SET))
