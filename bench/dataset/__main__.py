"""`python -m bench.dataset`: fill the missing databases; `... drop` deletes the kept ones."""

import shutil
import sys

from bench.dataset.cluster import kept
from bench.dataset.here import LARGE_SET, LITTLE_SET, ensure

if sys.argv[1:] == ["drop"]:
    shutil.rmtree(kept().folder)
else:
    ensure(kept(), (LITTLE_SET, LARGE_SET))
