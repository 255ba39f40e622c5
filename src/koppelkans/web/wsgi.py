"""The WSGI application that granian (or another server) runs; it does not start with a secret key that others may guess."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from koppelkans.web.configuration import secret_key_fault

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "koppelkans.web.settings")
if fault := secret_key_fault(settings.SECRET_KEY):
    raise ImproperlyConfigured(fault)
application = get_wsgi_application()
