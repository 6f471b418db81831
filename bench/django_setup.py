"""Start Django on the throw-away cluster of the tests; imported before anything that holds a table."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

SETTINGS = os.environ["DJANGO_SETTINGS_MODULE"]
