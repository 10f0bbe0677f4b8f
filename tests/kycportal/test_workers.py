"""The worker's process: which cores it uses."""

import subprocess
import sys


def test_worker_and_its_threads_stay_on_one_core() -> None:
    code = """
import os, threading
from celery.signals import worker_init
import django
django.setup()
import kycportal.workers
worker_init.send(sender=None)
threading.Thread(target=lambda: print(len(os.sched_getaffinity(0)))).start()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["1"]
