"""A real object server (SeaweedFS) on this machine, for the tests of files in a bucket."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET = "heliograph", "not-a-secret-of-anybody"
WEED = Path(sys.executable).parent / "weed"
START_SECONDS = 40
GRPC = 10_000  # SeaweedFS listens on each port and on this much above it


def _free_ports(count: int) -> list[int]:
    """Return ports of which the one for gRPC is free too."""
    found: list[int] = []
    for port in range(21_000, 29_000, 7):
        if all(_is_free(one) for one in (port, port + GRPC)):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def object_server(home: Path) -> Iterator[str]:
    """Run a server until the end; yield its endpoint."""
    api, master, volume, filer = _free_ports(4)
    rights = {"credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin", "Read", "Write", "List"]}
    (home / "s3.json").write_text(json.dumps({"identities": [{"name": "tests", **rights}]}))
    line = [str(WEED), "server", f"-dir={home}", "-ip=127.0.0.1", "-volume.max=100", f"-master.port={master}"]
    line += [f"-volume.port={volume}", f"-filer.port={filer}", "-s3", f"-s3.port={api}", "-s3.port.iceberg=0"]
    line += ["-s3.port.lance=0", f"-s3.config={home / 's3.json'}"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(line, stdout=log, stderr=log, cwd=home)
        try:
            endpoint = f"http://127.0.0.1:{api}"
            _wait(endpoint)
            yield endpoint
        finally:
            server.kill()  # it takes its time over a polite request, and nothing of it is kept
            server.wait()


def client(endpoint: str) -> object:
    """Return a client that makes buckets."""
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=1),
    )  # fmt: skip


def _wait(endpoint: str) -> None:
    """Wait until a bucket can be made and written to."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            made = client(endpoint)
            made.create_bucket(Bucket="heliograph")  # type: ignore[attr-defined]
            made.put_object(Bucket="heliograph", Key="ready", Body=b"yes")  # type: ignore[attr-defined]
        except (ClientError, BotoCoreError):
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
        else:
            return
