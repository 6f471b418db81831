"""Forms of documents for whoever reads no ids: fields and data of a case by what documents call them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from heliograph.documents.templates import FormFault
from heliograph.kernel.packs.check_form import LONGEST_FORM
from heliograph.kernel.packs.document_rules import CASE_DATA, DocumentField, DocumentKind, FormFaultError, form_of
from heliograph.kernel.packs.schema import Pack

GENERAL = "国家通用模板"  # the form that the rules of the nation hold, in force where the agency has none of its own
# What no document of the rules names yet.
NAMES = {
    "agency.government": "本级人民政府", "applied": "适用的条款", "case.archive_number": "归档号",
    "case.area": "案发地区",
    "case.closed_on": "结案日期", "case.occurred_from": "行为发生日期", "case.occurred_to": "行为终了日期",
    "case.on_the_spot": "是否当场处罚", "deferral.until_on": "延期、分期至", "demand.content": "催告的内容",
    "demand.perform_by": "催告的履行期限", "evidence": "证据（逐行）", "hearing.notified_on": "听证通知日期",
    "hearing.requested_on": "听证申请日期", "measure.began_at": "措施开始时间", "measure.ended_on": "措施解除日期",
    "notice.hearing_right": "是否告知听证权利", "notice.hearing_until": "申请听证的截止日期",
    "notice.statement_until": "陈述申辩的截止日期", "party.kind": "当事人类别", "payment.amount": "缴款金额",
    "payment.paid_on": "缴款日期", "payment.receipt": "缴款票据号", "service.received_on": "收到日期",
    "service.receiver": "收件人", "service.sent_on": "送达日期", "statement.adopted": "意见是否采纳",
    "statement.kind": "意见的方式", "statement.review": "复核意见", "terms.approved_by": "批准人",
    "terms.approved_on": "批准日期", "terms.correct_by": "改正期限",
}  # fmt: skip
_ID = r"[a-z][a-z0-9_]*"
_NAMED = re.compile(rf"(?:字段|field) ({_ID}(?:、{_ID})*) ?")


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field as a lawyer reads it: its name, how it is written into the text, where its value comes from."""

    label: str
    id: str
    origin: str
    required: bool


def fields_of(kind: DocumentKind, source: str) -> list[DocumentField]:
    """Return the fields of a text, those of the general form where the text cannot be read."""
    for text in (source[:LONGEST_FORM], kind.source):
        try:
            return form_of(text).fields
        except FormFaultError:
            continue
    return []


def field_lines(kind: DocumentKind, source: str) -> list[FieldLine]:
    """Return the fields of a text for reading."""
    return [FieldLine(one.label, one.id, _origin(one), one.required) for one in fields_of(kind, source)]


def _origin(one: DocumentField) -> str:
    if not one.asked:
        return "来自案件"
    return "由承办人填写，案件里有的先填入" if one.source else "由承办人填写"


def readable(faults: Iterable[FormFault], kind: DocumentKind, source: str) -> list[FormFault]:
    """Return faults in which fields stand under their labels, each with its id behind it."""
    labels = {one.id: one.label for text in (kind.source, source) for one in fields_of(kind, text)}
    return [replace(one, message=_NAMED.sub(lambda found: _labelled(found, labels), one.message)) for one in faults]


def _labelled(found: re.Match[str], labels: Mapping[str, str]) -> str:
    if found[1] not in labels and "、" not in found[1]:
        return found[0]
    return "字段" + "、".join(f"「{labels[one]}」（{one}）" if one in labels else one for one in found[1].split("、"))


def data_lines(pack: Pack) -> list[tuple[str, str]]:
    """Return what a case can give a document: under the name that most documents use, with its path."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in pack.rules.documents:
        for one in form_of(kind.source).fields:
            if one.source:
                names[one.source][one.label] += 1
    called = {path: found.most_common(1)[0][0] for path, found in names.items()}
    lines = [(called.get(path) or NAMES.get(path, ""), path) for path in CASE_DATA]
    return sorted(lines, key=lambda line: (not line[0], line))
