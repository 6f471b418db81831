"""Which kinds of files there are, known by their content: a table of signatures, and what endings go with each. Pure.

Whatever is not known and is no program is kept as data. What a browser would run (programs, scripts, pages, SVG) is
told apart, because no officer's record may carry it into a colleague's browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

HEAD = 64 << 10  # how many bytes at the beginning tell what a file is
DATA_TYPE = "application/octet-stream"


class Family(StrEnum):
    """How a file can be shown."""

    PDF = "pdf"
    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    DATA = "data"  # to be saved only
    ACTIVE = "active"  # runs where it is opened: not kept


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, what people call it, how it is shown, and the endings of its names."""

    media_type: str
    label: str
    family: Family
    suffixes: tuple[str, ...]


def _kind(media_type: str, label: str, family: Family, suffixes: str) -> Kind:
    return Kind(media_type, label, family, tuple(f".{one}" for one in suffixes.split()))


PDF = _kind("application/pdf", "PDF", Family.PDF, "pdf")
JPEG = _kind("image/jpeg", "JPEG 图片", Family.PICTURE, "jpg jpeg jpe jfif")
PNG = _kind("image/png", "PNG 图片", Family.PICTURE, "png")
GIF = _kind("image/gif", "GIF 图片", Family.PICTURE, "gif")
BMP = _kind("image/bmp", "BMP 图片", Family.PICTURE, "bmp dib")
TIFF = _kind("image/tiff", "TIFF 图片", Family.PICTURE, "tif tiff")
WEBP = _kind("image/webp", "WebP 图片", Family.PICTURE, "webp")
HEIC = _kind("image/heic", "HEIC 图片", Family.PICTURE, "heic heif hif avif")
MP4 = _kind("video/mp4", "MP4 视频", Family.VIDEO, "mp4 m4v mov qt 3gp 3g2 m4a")
M4A = _kind("audio/mp4", "M4A 音频", Family.AUDIO, "m4a mp4 m4b 3gp")
MOV = _kind("video/quicktime", "MOV 视频", Family.VIDEO, "mov qt mp4")
WEBM = _kind("video/webm", "WebM 视频", Family.VIDEO, "webm mkv mka weba")
MKV = _kind("video/x-matroska", "MKV 视频", Family.VIDEO, "mkv mka webm")
AVI = _kind("video/x-msvideo", "AVI 视频", Family.VIDEO, "avi")
ASF = _kind("video/x-ms-asf", "WMV 音视频", Family.VIDEO, "wmv wma asf")
FLV = _kind("video/x-flv", "FLV 视频", Family.VIDEO, "flv f4v")
MPEG = _kind("video/mpeg", "MPEG 视频", Family.VIDEO, "mpg mpeg mpe vob m2v mod")
MPEG_TS = _kind("video/mp2t", "TS 视频", Family.VIDEO, "ts m2ts mts tp")
CAMERA = _kind("application/x-surveillance", "监控设备专有格式录像", Family.DATA, "dav mp4 avi h264 hik ps")
MP3 = _kind("audio/mpeg", "MP3 音频", Family.AUDIO, "mp3 mp2 mpga")
WAV = _kind("audio/wav", "WAV 音频", Family.AUDIO, "wav")
AMR = _kind("audio/amr", "AMR 音频", Family.AUDIO, "amr awb")
OGG = _kind("audio/ogg", "OGG 音视频", Family.AUDIO, "ogg oga opus ogv spx")
FLAC = _kind("audio/flac", "FLAC 音频", Family.AUDIO, "flac")
AAC = _kind("audio/aac", "AAC 音频", Family.AUDIO, "aac")
OLE = _kind("application/x-ole-storage", "Office 文档（旧格式或者加密）", Family.DATA,
            "doc xls ppt wps et dps msg vsd dot xlt pps docx xlsx pptx")  # fmt: skip
OOXML = "application/vnd.openxmlformats-officedocument"
DOCX = _kind(f"{OOXML}.wordprocessingml.document", "Word 文档", Family.DATA, "docx docm dotx wps")
XLSX = _kind(f"{OOXML}.spreadsheetml.sheet", "Excel 表格", Family.DATA, "xlsx xlsm xlsb xltx et")
PPTX = _kind(f"{OOXML}.presentationml.presentation", "PowerPoint 演示", Family.DATA, "pptx pptm ppsx dps")
ODF = _kind("application/vnd.oasis.opendocument", "ODF 文档", Family.DATA, "odt ods odp odg")
OFD = _kind("application/ofd", "OFD 版式文件", Family.DATA, "ofd")
RTF = _kind("application/rtf", "RTF 文档", Family.DATA, "rtf doc")
ZIP = _kind("application/zip", "ZIP 压缩包", Family.DATA, "zip")
RAR = _kind("application/vnd.rar", "RAR 压缩包", Family.DATA, "rar")
SEVEN = _kind("application/x-7z-compressed", "7Z 压缩包", Family.DATA, "7z")
GZIP = _kind("application/gzip", "GZ 压缩包", Family.DATA, "gz tgz")
TAR = _kind("application/x-tar", "TAR 归档包", Family.DATA, "tar")
TEXT = _kind("text/plain", "文本", Family.DATA, "txt csv tsv log json xml eml srt md ini gpx kml nmea")
DATA = _kind(DATA_TYPE, "其他数据", Family.DATA, "")
PROGRAM = _kind("application/x-executable", "可执行程序", Family.ACTIVE,
                "exe com dll sys scr pif cpl msi msp lnk jar apk dex class elf so dylib chm swf")  # fmt: skip
SCRIPT = _kind("text/x-script", "脚本", Family.ACTIVE,
               "bat cmd ps1 vbs vbe js mjs jse wsf wsh hta reg sh bash py pl rb php asp aspx jsp url")  # fmt: skip
PAGE = _kind("text/html", "网页或者 SVG", Family.ACTIVE, "html htm xhtml xht shtml mht mhtml svg svgz")

KINDS = (
    PDF, JPEG, PNG, GIF, BMP, TIFF, WEBP, HEIC, MP4, M4A, MOV, WEBM, MKV, AVI, ASF, FLV, MPEG, MPEG_TS, CAMERA, MP3,
    WAV, AMR, OGG, FLAC, AAC, OLE, DOCX, XLSX, PPTX, ODF, OFD, RTF, ZIP, RAR, SEVEN, GZIP, TAR, TEXT, DATA, PROGRAM,
    SCRIPT, PAGE,
)  # fmt: skip
ACTIVE_SUFFIXES = frozenset(one for kind in (PROGRAM, SCRIPT, PAGE) for one in kind.suffixes)
KNOWN_SUFFIXES = frozenset(one for kind in KINDS for one in kind.suffixes)

STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF),
    (b"II*\x00", TIFF), (b"MM\x00*", TIFF), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE), (b"{\\rtf", RTF),
    (b"Rar!\x1a\x07", RAR), (b"7z\xbc\xaf\x27\x1c", SEVEN), (b"\x1f\x8b\x08", GZIP), (b"FLV\x01", FLV),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ASF), (b"\x00\x00\x01\xba", MPEG), (b"\x00\x00\x01\xb3", MPEG),
    (b"DHAV", CAMERA), (b"IMKH", CAMERA), (b"ID3", MP3), (b"#!AMR", AMR), (b"OggS", OGG), (b"fLaC", FLAC),
    (b"\xff\xf1", AAC), (b"\xff\xf9", AAC), (b"\xff\xfb", MP3), (b"\xff\xfa", MP3), (b"\xff\xf3", MP3),
    (b"\xff\xf2", MP3), (b"MZ", PROGRAM), (b"\x7fELF", PROGRAM), (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM), (b"\xce\xfa\xed\xfe", PROGRAM), (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM), (b"dex\n", PROGRAM), (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),
    (b"ITSF", PROGRAM), (b"CWS", PROGRAM), (b"FWS", PROGRAM), (b"#!", SCRIPT),
)  # fmt: skip
RIFF = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})
BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
PAGE_START = re.compile(
    rb"(?is)\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+(?:html|svg)|html|head|body|script|svg)"
)
MHTML_START = re.compile(rb"(?im)^content-type:\s*multipart/related")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
PACKET = 188  # bytes of a transport stream


def recognise(head: bytes, listing: bytes = b"") -> Kind:
    """Return what a file is by its first bytes; listing: of a zip the end of it, where the names inside stand."""
    for test in (_by_start, lambda found: _zipped(found, listing), _by_form, _text):
        found = test(head)
        if found is not None:
            return found
    return DATA


def _by_start(head: bytes) -> Kind | None:
    return next((kind for start, kind in STARTS if head.startswith(start)), None)


def _zipped(head: bytes, listing: bytes) -> Kind | None:
    """Return what a zip holds, by the names in it alone: nothing is ever unpacked."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:120]:
        return ODF
    if b"AndroidManifest.xml" in listing or b"META-INF/MANIFEST.MF" in listing:
        return PROGRAM
    inside = ((b"OFD.xml", OFD), (b"word/document", DOCX), (b"xl/workbook", XLSX), (b"ppt/presentation", PPTX))
    return next((kind for name, kind in inside if name in listing), ZIP)


def _by_form(head: bytes) -> Kind | None:
    """Return what is told by more than the first bytes."""
    forms: tuple[Callable[[bytes], Kind | None], ...] = (_riff, _boxes, _matroska, _bitmap, _transport, _tar)
    return next((kind for kind in (form(head) for form in forms) if kind is not None), None)


def _riff(head: bytes) -> Kind | None:
    return RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def _boxes(head: bytes) -> Kind | None:
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free"}:
        return MOV
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in HEIC_BRANDS:
        return HEIC
    return {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A}.get(brand, MP4)


def _matroska(head: bytes) -> Kind | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return WEBM if b"webm" in head[:64] else MKV


def _bitmap(head: bytes) -> Kind | None:
    fits = head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in BMP_HEADERS
    return BMP if fits else None


def _transport(head: bytes) -> Kind | None:
    for first, step in ((0, PACKET), (4, PACKET + 4)):
        places = range(first, first + 3 * step, step)
        if len(head) > places[-1] and all(head[place] == 0x47 for place in places):
            return MPEG_TS
    return None


def _tar(head: bytes) -> Kind | None:
    return TAR if head[257:262] == b"ustar" else None


def _text(head: bytes) -> Kind | None:
    """Return a text, or the page that it is; None for what is no text in an encoding of ours."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    plain = head.decode("utf-16", "ignore").encode() if wide else head.removeprefix(b"\xef\xbb\xbf")
    if CONTROL.search(plain):
        return None
    if PAGE_START.match(plain) or MHTML_START.search(plain[:4096]) or b"<svg" in plain[:4096].lower():
        return PAGE
    return TEXT if wide or _is_decoded(head) else None


def _is_decoded(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the last character may be cut through
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


@lru_cache(maxsize=256)
def kind_of_type(media_type: str) -> Kind:
    """Return the kind of a media type that was found before."""
    return next((kind for kind in KINDS if kind.media_type == media_type), DATA)
