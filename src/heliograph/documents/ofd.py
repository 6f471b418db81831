"""A PDF as OFD (GB/T 33190), experimental: two layers, a picture of each page over its text. See `ofd_drawing`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from typing import IO

SECONDS = 180


class CannotMakeOfdError(RuntimeError):
    """A PDF that was not turned into OFD; the text says why."""


def write_ofd(pdf: IO[bytes], into: IO[bytes], *, title: str, author: str, on: date) -> None:
    """Write a PDF, a file of this machine, as OFD. CannotMakeOfdError when it is broken, locked or too large."""
    line = [sys.executable, "-m", "heliograph.documents.ofd_drawing", title, author, on.isoformat()]
    with tempfile.TemporaryFile() as made:
        try:
            subprocess.run(  # noqa: S603 - our own program
                line,
                stdin=pdf,
                stdout=made,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise CannotMakeOfdError("案卷过大或者有不能读取的页，没有生成 OFD。请使用 PDF 或者数据包。") from error
        made.seek(0)
        shutil.copyfileobj(made, into)
