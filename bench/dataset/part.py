"""One of the processes that fill a database: `python -m bench.dataset.part ROWS PART NOW`."""

import sys

import django

django.setup()

from bench.dataset.load import load_part  # noqa: E402

load_part(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
