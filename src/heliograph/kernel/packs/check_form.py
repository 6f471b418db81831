"""What is wrong with a form that an agency writes for a kind of document, in plain Chinese and with the line.

The checks are those of packs: an agency's own form may say things otherwise, and may leave out no more than a pack may.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from heliograph.kernel.packs.check_documents import findings_of_form, left_out
from heliograph.kernel.packs.document_rules import DocumentKind, Form
from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.references import References
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.packs.validation import misfits
from heliograph.kernel.packs.yaml_source import read_yaml

LONGEST_FORM: Final = 60_000  # characters; the longest form of our packs has a tenth of it
MOST_BLOCKS: Final = 300
_WHERE: Final = "模板"


def faults_of_form(source: str, kind: DocumentKind, pack: Pack) -> list[PackFault]:
    """Return what stands against a text as the form of a kind of document under a pack, in the order of its lines.

    Whatever the text is, the answer is a list of faults; a form without faults can be composed and drawn.
    """
    if len(source) > LONGEST_FORM:
        message = f"模板最长 {LONGEST_FORM} 个字符，现为 {len(source)} 个，请精简"
        return [PackFault(_WHERE, 1, "", message)]
    try:
        return sorted(set(_faults(source, kind, pack)))
    except PackFaultsError as error:
        return error.faults


def _faults(source: str, kind: DocumentKind, pack: Pack) -> Iterator[PackFault]:
    read = read_yaml(source.encode("utf-8", "surrogatepass"), _WHERE)
    try:
        form = Form.model_validate(read.data)
    except ValidationError as error:
        yield from misfits(read, error, Form)
        return
    if len(form.blocks) > MOST_BLOCKS:
        yield read.fault(("blocks",), f"最多 {MOST_BLOCKS} 块，现为 {len(form.blocks)} 块")
        return
    for path, message in findings_of_form(kind, form, References(pack, frozenset())):
        yield read.fault(path, message)
    yield from (read.fault(("fields",), message) for message in left_out(source, kind.source))
