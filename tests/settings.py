"""Settings of test runs: the product's own, on a throw-away cluster of their own, as the app role."""

from __future__ import annotations

import os
from pathlib import Path

from heliograph.config.embedded_postgres import Cluster
from heliograph.config.env import read_choice

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = read_choice("HELIOGRAPH_TEST_POSTGRES", ("embedded", "system"), default="embedded")
TEST_HOME = ROOT / "var" / "test" / POSTGRES

for variable in [name for name in os.environ if name.startswith("HELIOGRAPH_")] + ["DATABASE_URL"]:
    if variable != "HELIOGRAPH_TEST_POSTGRES":
        os.environ.pop(variable, None)
os.environ["HELIOGRAPH_HOME"] = str(TEST_HOME)
os.environ["HELIOGRAPH_SSL_REDIRECT"] = "no"  # the test client speaks http

# Nothing in it is worth a flush to the disk. Every process of a run counts as a user; the last one stops the server.
CLUSTER = Cluster(TEST_HOME, source=POSTGRES, options=["fsync=off", "synchronous_commit=off", "full_page_writes=off"])
CLUSTER.start()

from heliograph.config.settings import *  # noqa: E402, F403 - the variables above decide what is read

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True

# Documents are set in what scripts/test_requirements.sh has put there.
FONT_FOLDERS = [ROOT / "var" / "fonts" / "fandol", Path("/usr/share/fonts/opentype/noto")]
