"""Pictures of originals for the screen: one page, smaller, turned upright, drawn anew: nothing hides in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from heliograph.evidence.kinds import Family
from heliograph.evidence.models import Original
from heliograph.evidence.queries import opened

SIDE = 1600  # pixels
SECONDS = 40
MOST_BYTES = 500_000_000  # of a file that is drawn
CHINESE = ("fandolfang", "fandolsong", "fandolhei", "notosanscjk", "notoserifcjk", "sim", "fang", "仿宋", "黑体")


class NotDrawnError(ValueError):
    """No picture can be made; the text says why."""


def is_drawn(original: Original) -> bool:
    """Say whether an original has pages that can be drawn."""
    return original.family in {Family.PICTURE, Family.PDF} and not original.encrypted and original.size <= MOST_BYTES


def draw_page(original: Original, page: int = 1, *, mark: str = "") -> bytes:
    """Return a page of a picture or PDF as JPEG. mark: what stands across it. NotDrawnError."""
    if not is_drawn(original):
        raise NotDrawnError("这个文件不能在线预览，请下载后查看。")
    kind = "pdf" if original.family is Family.PDF else "picture"
    line = [sys.executable, "-m", "heliograph.evidence.drawing", kind, str(page), str(SIDE)]
    with opened(original) as kept, _as_file(kept) as source:
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                [*line, *([mark, _font()] if mark else [])],
                stdin=source,
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NotDrawnError("这个文件损坏或者过大，不能在线预览，请下载后用原来的软件查看。") from error
    return done.stdout


def _font() -> str:
    """Return a font file with Chinese characters. NotDrawnError without one: nothing is shown without its mark."""
    for folder in settings.FONT_FOLDERS:
        for path in sorted(_fonts_in(Path(folder))):
            if path.name.lower().startswith(CHINESE):
                return str(path)
    raise NotDrawnError(
        "本机没有安装文书字体，不能加水印，暂时不能在线查看。请系统管理员运行 heliograph fonts install。"
    )


def _fonts_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.suffix.lower() in {".otf", ".ttf", ".ttc"})


def _as_file(kept: IO[bytes]) -> IO[bytes]:
    """Return a file of this machine with the same bytes: the kept one itself where it is one."""
    try:
        kept.fileno()
    except OSError:
        copy: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller
        shutil.copyfileobj(kept, copy, 1 << 20)
        copy.seek(0)
        return copy
    return kept
