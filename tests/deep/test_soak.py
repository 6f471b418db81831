"""Soak: readers at every page for minutes; nothing fails, and the server does not grow."""

from __future__ import annotations

import http.client
import os
import re
import sys
import threading
import time
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.product import Product

MINUTES = float(os.environ.get("SOAK_MINUTES", "5"))  # the settings of tests take HELIOGRAPH_ away
READERS = 4
LINK = re.compile(r'href="(/[^"#]*)"')
GROWTH = 1.3  # memory at the end against memory after the first third
FAILURE = 500
MEGABYTE = 1_000_000
TIMEOUT_SECONDS = 30


class Reader(threading.Thread):
    """Follows links from page to page until told to stop."""

    def __init__(self, product: Product, stop: threading.Event) -> None:
        super().__init__()
        self.address, self.stop = urlsplit(product.url).netloc, stop
        self.seen: deque[str] = deque(["/"], maxlen=500)
        self.pages = 0
        self.failures: list[str] = []

    def run(self) -> None:
        link = http.client.HTTPConnection(self.address, timeout=TIMEOUT_SECONDS)
        while not self.stop.is_set():
            path = self.seen[0]
            self.seen.rotate(-1)
            try:
                link.request("GET", path)
                answer = link.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{type(error).__name__} {path}")
                link.close()  # the next request opens another
                continue
            self.pages += 1
            if answer.status >= FAILURE:
                self.failures.append(f"{answer.status} {path}")
            if "html" in answer.headers.get("Content-Type", ""):
                found = LINK.findall(body.decode("utf-8"))
                self.seen.extend(one.replace("&amp;", "&") for one in found if one not in self.seen)


def memory(home: Path) -> int:
    """Return the resident bytes of all processes of an installation."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"HELIOGRAPH_HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                total += int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue  # it has ended, or is not ours to read
    return total


@pytest.mark.deep
def test_readers_for_minutes_leave_the_server_as_it_was(product: Product) -> None:
    stop = threading.Event()
    readers = [Reader(product, stop) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    time.sleep(MINUTES * 20)
    early = memory(product.home)
    time.sleep(MINUTES * 40)
    late = memory(product.home)
    stop.set()
    for reader in readers:
        reader.join()
    pages = sum(reader.pages for reader in readers)
    sys.stdout.write(f"{pages} pages in {MINUTES} min; {early // MEGABYTE} MB early, {late // MEGABYTE} MB late\n")
    assert [failure for reader in readers for failure in reader.failures] == []
    assert pages > MINUTES * 60
    assert 0 < late < early * GROWTH
