"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from portal import celery  # noqa: F401 - pages send messages, and this says where to

application = get_wsgi_application()
