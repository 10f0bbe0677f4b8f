"""The WSGI entry point for gunicorn."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template

from kycportal import traces
from submissions.capture.imaging.face import weights

CANNOT_START = 3  # exit code of a worker on which gunicorn's master stops instead of restarting it

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")


def _compile_templates() -> None:
    """Compile all templates before the workers are forked: else the first pages of each take up to a second longer."""
    folder = settings.TEMPLATES[0]["DIRS"][0]
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))


try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.stderr.write(f"{problem}\n")
    sys.exit(CANNOT_START)
if absent := weights.problem():
    sys.stderr.write(f"{absent}\n")
    sys.exit(CANNOT_START)
_compile_templates()
traces.start_if_configured()
