"""The WSGI application granian serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from heliograph.config.databases import STATEMENT_SECONDS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
os.environ.setdefault("PGOPTIONS", f"-c statement_timeout={STATEMENT_SECONDS}s")  # read by every connection made here
application = get_wsgi_application()
# Every page is loaded before the first visitor comes. What is loaded by then stays, so nothing of it need be looked
# through for garbage again and again: that took an eighth of the time of each request.
loaded = len(get_resolver().url_patterns)
gc.collect()
gc.freeze()
