"""A program of its own that turns a PDF into an OFD (GB/T 33190): `python -m heliograph.documents.ofd_drawing`.

Experimental, in two layers: under a picture of each page lie its characters, each where it stands in the PDF, so that
the file looks as the PDF in any reader, and its text can be searched and copied. Bookmarks come along.

It is a process apart, with limits on memory and time, because a dossier carries strangers' files.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

import pypdfium2
from pypdfium2 import raw

MEMORY: Final = 2 << 30  # bytes
SECONDS: Final = 170  # of the processor
DOTS: Final = 150  # an inch
POINTS: Final = 72
MM: Final = 25.4 / POINTS
MOST_PIXELS: Final = 6_000_000  # of a page; a larger one is drawn smaller
QUALITY: Final = 80
FINE: Final = 1000  # steps in a millimetre
NAMESPACE: Final = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the same PDF gives the same bytes
FONT: Final = 1
UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
BREAKS: Final = "\r\n"


@dataclass(slots=True)
class _Made:
    """An OFD on its way: the archive, the next number of an object, the pages and pictures so far."""

    archive: zipfile.ZipFile
    number: int = FONT
    pages: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)

    def next(self) -> int:
        """Return the next number; no two things of a document have the same."""
        self.number += 1
        return self.number

    def write(self, name: str, content: str | bytes) -> None:
        """Add a part. All are deflated: some readers cannot take what is only stored."""
        entry = zipfile.ZipInfo(name, WHEN)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self.archive.writestr(entry, HEAD + content if isinstance(content, str) else content, compresslevel=1)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one line: the text and where each stands, in millimetres from the upper left corner."""

    text: str
    places: tuple[tuple[float, float], ...]
    size: float


def convert(content: bytes, into: BinaryIO, *, title: str, author: str, made_on: str) -> None:
    """Write a PDF as OFD. pypdfium2.PdfiumError for one that cannot be opened."""
    with pypdfium2.PdfDocument(content) as document, zipfile.ZipFile(into, "w") as archive:
        document.init_forms()  # a seal is the field of a form: without this its picture is left out
        made = _Made(archive)
        for number in range(len(document)):
            page = document[number]
            _add_page(made, page)
            page.close()
        outline = _outline(document, made.pages)
        made.write("OFD.xml", _root(title, author, made_on, hashlib.sha256(content).hexdigest()[:32]))
        made.write("Doc_0/Document.xml", _document(made, outline))
        made.write("Doc_0/PublicRes.xml", _fonts())
        made.write("Doc_0/DocumentRes.xml", _pictures(made))


def _add_page(made: _Made, page: pypdfium2.PdfPage) -> None:
    width, height = (length * MM for length in page.get_size())
    place = len(made.pages)
    made.pages.append(made.next())
    layer = made.next()
    text = "".join(_text_object(made.next(), run) for run in runs_of(page))
    picture = made.next()
    made.pictures.append(picture)
    made.write(f"Doc_0/Res/page_{place}.jpg", _jpeg(page))
    box = f"<ofd:Area><ofd:PhysicalBox>0 0 {_mm(width)} {_mm(height)}</ofd:PhysicalBox></ofd:Area>"
    shown = (
        f'<ofd:ImageObject ID="{made.next()}" Boundary="0 0 {_mm(width)} {_mm(height)}" '
        f'CTM="{_mm(width)} 0 0 {_mm(height)} 0 0" ResourceID="{picture}"/>'
    )
    made.write(
        f"Doc_0/Pages/Page_{place}/Content.xml",
        f"<ofd:Page {NAMESPACE}>{box}<ofd:Content>"
        f'<ofd:Layer ID="{layer}" Type="Body">{text}{shown}</ofd:Layer></ofd:Content></ofd:Page>',
    )


def _jpeg(page: pypdfium2.PdfPage) -> bytes:
    width, height = page.get_size()
    scale = min(DOTS / POINTS, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    made = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


# -- the characters
def runs_of(page: pypdfium2.PdfPage) -> Iterator[Run]:
    """Return the characters of a page line by line, in the order in which the PDF is read."""
    text = page.get_textpage()
    letters: list[str] = []
    places: list[tuple[float, float]] = []
    size = 0.0
    for index in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, index))
        if letter in BREAKS:
            yield from _run(letters, places, size)
            letters, places, size = [], [], 0.0
        elif letters and "\ud800" <= letters[-1] <= "\udbff":  # the second half of a rare character
            letters[-1] = (letters[-1] + letter).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        elif "\ud800" <= letter <= "\udbff" or not UNFIT.match(letter):
            letters.append(letter)
            places.append(_place(page, text, index, places))
            size = max(size, _size(text, index))
    yield from _run(letters, places, size)
    text.close()


def _run(letters: Sequence[str], places: Sequence[tuple[float, float]], size: float) -> Iterator[Run]:
    kept = [(letter, place) for letter, place in zip(letters, places, strict=True) if not UNFIT.match(letter)]
    if kept:
        yield Run("".join(letter for letter, _ in kept), tuple(place for _, place in kept), size or 1.0)


def _place(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, index: int, before: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Return where a character stands; one that the PDF does not have, a space between words, where the last one is."""
    x, y = ctypes.c_double(), ctypes.c_double()
    if raw.FPDFText_IsGenerated(text, index) == 1 or not raw.FPDFText_GetCharOrigin(text, index, x, y):
        return before[-1] if before else (0.0, 0.0)
    across, down = ctypes.c_int(), ctypes.c_int()
    width, height = (round(length * MM * FINE) for length in page.get_size())
    raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x.value, y.value, across, down)
    return across.value / FINE, down.value / FINE


def _size(text: pypdfium2.PdfTextPage, index: int) -> float:
    """Return how large a character is, in millimetres."""
    matrix = raw.FS_MATRIX()
    stretched = float((matrix.c**2 + matrix.d**2) ** 0.5) if raw.FPDFText_GetMatrix(text, index, matrix) else 1.0
    return float(raw.FPDFText_GetFontSize(text, index)) * stretched * MM


def _text_object(number: int, run: Run) -> str:
    across, down = [x for x, _ in run.places], [y for _, y in run.places]
    left, top = min(across), min(down) - run.size
    box = (left, top, max(across) - left + run.size, max(down) - top + run.size / 4)
    said = f'X="{_mm(across[0] - left)}" Y="{_mm(down[0] - top)}"{_deltas("DeltaX", across)}{_deltas("DeltaY", down)}'
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{" ".join(map(_mm, box))}" Font="{FONT}" Size="{_mm(run.size)}">'
        f"<ofd:TextCode {said}>{escape(run.text)}</ofd:TextCode></ofd:TextObject>"
    )


def _deltas(name: str, places: Sequence[float]) -> str:
    steps = [after - before for before, after in pairwise(places)]
    return f' {name}="{" ".join(map(_mm, steps))}"' if any(steps) else ""


def _mm(length: float) -> str:
    return f"{length:.3f}".rstrip("0").rstrip(".")


# -- the parts around the pages
def _root(title: str, author: str, made_on: str, key: str) -> str:
    said = "试验格式：页面为图像，文字层供检索和复制，没有电子签章。没有在机关常用的阅读软件中逐一打开核对。"
    return (
        f'<ofd:OFD {NAMESPACE} Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{key}</ofd:DocID>'
        f"<ofd:Title>{_said(title)}</ofd:Title><ofd:Author>{_said(author)}</ofd:Author><ofd:Abstract>{said}"
        f"</ofd:Abstract><ofd:CreationDate>{_said(made_on)}</ofd:CreationDate></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def _document(made: _Made, outline: str) -> str:
    pages = "".join(
        f'<ofd:Page ID="{key}" BaseLoc="Pages/Page_{place}/Content.xml"/>' for place, key in enumerate(made.pages)
    )
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    return (
        f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>{made.number}</ofd:MaxUnitID>{area}"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
        f"</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages>{outline}</ofd:Document>"
    )


def _fonts() -> str:
    return (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="{FONT}" FontName="宋体" FamilyName="宋体"/>'
        "</ofd:Fonts></ofd:Res>"
    )


def _pictures(made: _Made) -> str:
    files = "".join(
        f'<ofd:MultiMedia ID="{key}" Type="Image" Format="JPEG"><ofd:MediaFile>page_{place}.jpg</ofd:MediaFile>'
        "</ofd:MultiMedia>"
        for place, key in enumerate(made.pictures)
    )
    return f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias>{files}</ofd:MultiMedias></ofd:Res>'


def _outline(document: pypdfium2.PdfDocument, pages: Sequence[int]) -> str:
    """Return the bookmarks, one inside the other as in the PDF."""
    made, depth = "", 0
    for mark in document.get_toc():
        target = mark.get_dest()
        place = target.get_index() if target else None
        if place is None:
            continue
        made += "</ofd:OutlineElem>" * max(0, depth - mark.level)
        depth = min(depth, mark.level) + 1
        made += (
            f"<ofd:OutlineElem Title={quoteattr(_fit(mark.get_title()))}>"
            f'<ofd:Actions><ofd:Action Event="CLICK"><ofd:Goto><ofd:Dest Type="Fit" PageID="{pages[place]}"/>'
            "</ofd:Goto></ofd:Action></ofd:Actions>"
        )
    return f"<ofd:Outlines>{made}{'</ofd:OutlineElem>' * depth}</ofd:Outlines>" if made else ""


def _fit(text: str) -> str:
    return UNFIT.sub("", text)


def _said(text: str) -> str:
    return escape(_fit(text))


def main() -> None:
    """Turn standard input into standard output; the words are title, author and day."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    title, author, made_on = sys.argv[1:]
    convert(sys.stdin.buffer.read(), sys.stdout.buffer, title=title, author=author, made_on=made_on)


if __name__ == "__main__":
    main()
