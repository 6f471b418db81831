"""The real product in a real browser: granian and the worker on a loopback port, and Debian's Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from heliograph.config.env import BindAddress
from heliograph.config.installation import DemoAccount, read_demo_accounts
from heliograph.config.serving import answers
from tests.settings import POSTGRES, ROOT

CHROMIUM = "/usr/bin/chromium"
# As root Chromium has no sandbox of its own; the rest keeps it from calling its makers.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 400  # a demonstration is founded case by case; on a busy machine that takes minutes
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Product:
    """A running demonstration."""

    bind: BindAddress
    home: Path

    @property
    def url(self) -> str:
        """Its address, without the last slash."""
        return self.bind.url.rstrip("/")

    @property
    def accounts(self) -> list[DemoAccount]:
        """Its people."""
        return read_demo_accounts(self.home)

    def code(self, username: str) -> str:
        """The second-factor code of a person, now."""
        return self.command("demo-code", username).strip()

    def command(self, *arguments: str) -> str:
        """Run a `heliograph` command in this installation and return what it prints."""
        line = [sys.executable, "-m", "heliograph.config.cli", *arguments]
        return subprocess.run(line, env=environment(self), check=True, capture_output=True, text=True).stdout


def environment(product: Product) -> dict[str, str]:
    """What the product's processes are told."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HELIOGRAPH_", "DJANGO_"))}
    bind = f"{product.bind.host}:{product.bind.port}"
    return {**own, "HELIOGRAPH_HOME": str(product.home), "HELIOGRAPH_BIND": bind}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The demonstration with a database of its own, loaded afresh for this process that tests."""
    home = ROOT / "var" / "test" / f"browser-{POSTGRES}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    running = Product(BindAddress("127.0.0.1", free_port()), home)
    line = [sys.executable, "-m", "heliograph.config.cli", "demo", "--reset"]
    process = subprocess.Popen(line, env=environment(running), stdout=subprocess.DEVNULL)
    try:
        wait_until_up(process, running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until_up(process: subprocess.Popen[bytes], running: Product) -> None:
    """Fail at once when the product ends instead of starting."""
    for _ in range(int(START_SECONDS / POLL_SECONDS)):
        try:
            process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if answers(running.bind):
                return
        else:
            pytest.fail(f"the demonstration ended with {process.returncode}")
    pytest.fail(f"the demonstration did not answer within {START_SECONDS} s")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, ended with its module: its event loop runs in this thread, where others want their own."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield driver
    # Beside a running loop Django keeps other connections; the former one still holds the copy these tests wrote to.
    connections.close_all()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the browser tests of a module."""
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """An empty browser profile at the product's address; use relative addresses."""
    context = browser.new_context(base_url=product.url, locale="zh-CN", viewport={"width": 1360, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
