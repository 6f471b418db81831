"""Small files of every kind that the tests hand in, made by their libraries or written by hand."""

from __future__ import annotations

import io
import zipfile

from PIL import Image
from pypdf import PdfWriter


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 30), *, turned: int = 1) -> bytes:
    """Return a red picture; turned: its EXIF orientation."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = turned
    Image.new("RGB", size, (200, 20, 30)).save(made, form, **({"exif": exif} if turned != 1 else {}))
    return made.getvalue()


def pdf(pages: int = 1, *, password: str = "") -> bytes:
    """Return a PDF of empty pages."""
    made, writer = io.BytesIO(), PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 300)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def zipped(*names: str, content: bytes = b"x") -> bytes:
    """Return a zip that holds files of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


def boxed(brand: bytes) -> bytes:
    """Return the beginning of a file of boxes (MP4, MOV, HEIC) of a brand."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00isommp42" + b"\x00" * 64
