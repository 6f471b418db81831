"""The product's own web server on the database of a benchmark."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from heliograph.config.env import BindAddress
from heliograph.config.serving import answers, commands
from tests.settings import TEST_HOME

BIND = BindAddress("127.0.0.1", 18_765)
WORKERS = 2


@contextmanager
def served(name: str) -> Iterator[BindAddress]:
    """Serve the database with the product's web server and settings, as `heliograph serve` would."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("HELIOGRAPH_", "DJANGO_"))}
    told = {"HELIOGRAPH_HOME": str(TEST_HOME), "HELIOGRAPH_DB_NAME": name, "HELIOGRAPH_SSL_REDIRECT": "no"}
    environment = own | told | {"DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
    collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=environment, check=True)
    web = subprocess.Popen(commands(BIND, WORKERS)[0], env=environment)
    try:
        end = time.monotonic() + 30
        while not answers(BIND):
            if time.monotonic() > end or web.poll() is not None:
                raise SystemExit("the web server did not start")
            time.sleep(0.1)
        yield BIND
    finally:
        web.terminate()
        web.wait(15)
