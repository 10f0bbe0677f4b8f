"""Settings of the benchmarks: the product's own, with the comparisons beside it and no static files to collect."""

from kycportal.settings import *  # noqa: F403
from kycportal.settings import INSTALLED_APPS, STATIC_ROOT, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "bench.stock"]
ROOT_URLCONF = "bench.urls"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
IS_EMBEDDED = True  # messages may go to the receiver of the benchmark, which is on this machine and has no certificate
