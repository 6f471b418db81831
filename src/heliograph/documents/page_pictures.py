"""Pages of a PDF as pictures, for whoever reads a file beside a form. A PDF is never opened in the browser itself."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

import pypdfium2

DOTS: Final = 96  # an inch: readable in half a screen
POINTS: Final = 72
MOST_PIXELS: Final = 6_000_000  # of a page; a larger one is drawn smaller
PNG: Final = b"\x89PNG\r\n\x1a\n"


class CannotPictureError(RuntimeError):
    """A file whose pages cannot be drawn: encrypted, broken, empty."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Some pages of a file as PNG, and how many it has."""

    pictures: list[bytes]
    total: int


def page_pictures(content: bytes, *, first: int, most: int) -> Pages:
    """Return up to `most` pages of a PDF from the page `first`, counted from one. CannotPictureError."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise CannotPictureError from error
    try:
        document.init_forms()  # a seal is the field of a form: without this its picture is left out
        total = len(document)
        if not total:
            raise CannotPictureError
        wanted = range(max(first, 1) - 1, min(max(first, 1) - 1 + most, total))
        return Pages([_drawn(document[number]) for number in wanted], total)
    except pypdfium2.PdfiumError as error:
        raise CannotPictureError from error
    finally:
        document.close()


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    width, height = page.get_size()
    scale = min(DOTS / POINTS, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    rows = bytes(bitmap.buffer)
    line = bitmap.width * bitmap.n_channels
    lines = (rows[at * bitmap.stride : at * bitmap.stride + line] for at in range(bitmap.height))
    return _png(bitmap.width, bitmap.height, bitmap.n_channels, b"".join(b"\x00" + one for one in lines))


def _png(width: int, height: int, channels: int, scanlines: bytes) -> bytes:
    colour = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(scanlines, 6)), (b"IEND", b""))
    return PNG + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
