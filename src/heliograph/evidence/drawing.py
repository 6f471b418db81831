"""A program of its own that draws one page of a stranger's file: `python -m heliograph.evidence.drawing …`.

The file comes as standard input, a JPEG goes to standard output. It is a process apart, with limits on memory and time,
because pictures and PDF are what attackers write parsers' nightmares in: whatever breaks here breaks nothing else.
"""

from __future__ import annotations

import resource
import sys
from typing import BinaryIO

import pi_heif
import pypdfium2
from PIL import Image, ImageDraw, ImageFont, ImageOps

MEMORY = 2 << 30  # bytes
SECONDS = 20  # of the processor
MOST_PIXELS = 250_000_000
QUALITY = 85
WHITE = (255, 255, 255)
GREY = (120, 120, 120, 110)


def draw(kind: str, source: BinaryIO, *, page: int, side: int) -> Image.Image:
    """Return one page as a picture of at most so many pixels a side. kind: `pdf` or `picture`; page counts from 1."""
    return _pdf_page(source, page, side) if kind == "pdf" else _picture(source, page, side)


def _pdf_page(source: BinaryIO, page: int, side: int) -> Image.Image:
    with pypdfium2.PdfDocument(source) as document:
        found = document[page - 1]
        scale = min(3.0, side / max(found.get_size()))
        drawn: Image.Image = found.render(scale=scale).to_pil()
        return drawn.convert("RGB")


def _picture(source: BinaryIO, page: int, side: int) -> Image.Image:
    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source) as opened:
        opened.seek(page - 1)
        opened.draft("RGB", (side, side))  # a JPEG is read small at once
        found: Image.Image = ImageOps.exif_transpose(opened)
        if found.mode.startswith("I;16"):
            found = found.point(lambda value: value / 256).convert("L")
        found.thumbnail((side, side))
        if found.mode in {"RGBA", "LA", "PA", "P"}:
            over = found.convert("RGBA")
            found = Image.new("RGB", over.size, WHITE)
            found.paste(over, mask=over.getchannel("A"))
        return found.convert("RGB")


def stamp(picture: Image.Image, mark: str, font: str) -> Image.Image:
    """Return a picture with a text across it, again and again."""
    size = max(14, max(picture.size) // 40)
    type_of = ImageFont.truetype(font, size)
    reach = int(max(picture.size) * 1.5)
    layer = Image.new("RGBA", (reach, reach), (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    step = int(pen.textlength(mark, font=type_of)) + 4 * size
    for row, down in enumerate(range(0, reach, 6 * size)):
        for across in range(-(row % 2) * step // 2, reach, step):
            pen.text((across, down), mark, font=type_of, fill=GREY)
    turned = layer.rotate(30)
    left, top = ((reach - length) // 2 for length in picture.size)
    over = turned.crop((left, top, left + picture.width, top + picture.height))
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")


def main(kind: str, page: str, side: str, mark: str = "", font: str = "") -> None:
    """Draw what the arguments say."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    with open(0, "rb", closefd=False) as source:
        drawn = draw(kind, source, page=int(page), side=int(side))
    if mark:
        drawn = stamp(drawn, mark, font)
    drawn.save(sys.stdout.buffer, "JPEG", quality=QUALITY)


if __name__ == "__main__":
    main(*sys.argv[1:])
