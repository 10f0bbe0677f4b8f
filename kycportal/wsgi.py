"""The WSGI entry point for gunicorn."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from kycportal import traces
from submissions.capture.imaging.face import weights

CANNOT_START = 3  # exit code of a worker on which gunicorn's master stops instead of restarting it

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.stderr.write(f"{problem}\n")
    sys.exit(CANNOT_START)
if absent := weights.problem():
    sys.stderr.write(f"{absent}\n")
    sys.exit(CANNOT_START)
traces.start_if_configured()
