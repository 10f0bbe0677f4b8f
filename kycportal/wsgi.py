"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from kycportal import traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")

application = get_wsgi_application()
traces.start_where_wanted()
