"""A dossier bound into one PDF, in a process of its own and without a database. Prints JSON."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from pathlib import Path

from django.test.utils import override_settings
from pypdf import PdfReader

import bench.django_setup  # noqa: F401 - the models want Django
from heliograph.documents.composing import compose, fingerprint, sheet_of
from heliograph.documents.tests.sample import AGENCY, MADE_ON, sample_of
from heliograph.documents.typesetting import Press, draw_pdf
from heliograph.dossiers.bound_pdf import Bundled, bind_package
from heliograph.dossiers.models import Case
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.registers.models import Agency
from heliograph.registers.storage import storage

PAGES = 200
MARK = "承办甲 2026-11-20 10:00 导出"


def main() -> None:
    """Draw decisions until there are enough pages, keep them, and bind them."""
    pack = load_pack(shipped(), "cn-national@2026.11")
    sheet = sheet_of(pack.rules, "penalty_decision")
    assert sheet is not None
    data, pieces, pages = sample_of(sheet), [], 0
    while pages < PAGES:
        number = f"晴测罚〔2026〕{len(pieces) + 1}号"
        composed = compose(sheet, data, number=number, made_on=MADE_ON)
        pdf = draw_pdf(composed, sheet.layout, Press(AGENCY, MADE_ON, fingerprint(sheet, data, number, MADE_ON)))
        pages += len(PdfReader(io.BytesIO(pdf)).pages)
        pieces.append(Bundled(f"行政处罚决定书{number}", storage().put(pdf), "application/pdf"))
    case = Case(number="晴测案〔2026〕1号", title="迟报资料案", agency=Agency(name=AGENCY))
    made: list[bytes] = []
    begun = time.perf_counter()
    for _time in range(2):
        into = io.BytesIO()
        bind_package(case, pack, "案卷", [("案号", case.number)], pieces, mark=MARK, on=MADE_ON, into=into)
        made.append(into.getvalue())
    took = (time.perf_counter() - begun) / 2
    whole = PdfReader(io.BytesIO(made[0]))
    found = {"s": took, "pages": len(whole.pages), "files": len(pieces), "bytes": len(made[0]),
             "same": made[0] == made[1]}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=Path(folder)):
        main()
    sys.stdout.flush()
