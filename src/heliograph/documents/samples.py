"""Data for every kind of document that belong to nobody, so that a form can be looked at before a case has it."""

from __future__ import annotations

from typing import Any

from heliograph.documents.composing import Sheet
from heliograph.kernel.packs.document_rules import FROM_PACK, ROW_KEYS, DocumentField

AGENCY = "晴川县某某局"
LONG = (
    "当事人在二〇二六年第三季度统计调查中，应于九月五日前报送的月度报表至九月二十日仍未报送，经本机关两次电话催报后方才报送。"
    "执法人员于十月九日到当事人住所检查，调取了原始记录、统计台账和报送系统的日志，询问了统计负责人。"
)
TEXTS: dict[str, Any] = {
    "party.name": "晴川县某某商贸有限公司",
    "party.number_kind": "统一社会信用代码",
    "party.number": "91371311MA3C4D5E6D",
    "party.representative": "李某",
    "party.address": "晴川县城关镇人民路 12 号",
    "party.phone": "0539-8200000",
    "party.kind": "法人或者其他组织",
    "case.number": "晴测案〔2026〕37号",
    "case.title": "迟报统计资料案",
    "case.source": "检查发现",
    "handler.name": "执法员甲",
    "handler.certificate": "15130101023",
    "co_handler.name": "执法员乙",
    "co_handler.certificate": "15130101047",
    "unit.name": "执法监督科",
    "agency.name": AGENCY,
    "agency.bank": "晴川农商银行营业部（人民路 3 号）",
    "agency.reconsideration_body": "晴川县人民政府",
    "agency.court": "晴川县人民法院",
    "agency.phone": "0539-8100000",
    "agency.address": "晴川县政务路 1 号",
    "notice.number": "晴测罚告〔2026〕29号",
    "decision.number": "晴测罚〔2026〕37号",
    "statement.story": "当事人在规定的期限内没有提出陈述、申辩。",
    "service.paper": "行政处罚决定书",
    "service.number": "晴测罚〔2026〕37号",
    "service.method": "直接送达",
    "terms.fine": "5000.00",
    "terms.confiscated": "0",
    "limit.pay_fine": "15日",
    "limit.reconsideration_apply": "60日",
    "limit.litigation_apply": "6个月",
    "limit.hearing_request": "5个工作日",
    "provision.fine_surcharge_daily": "3%",
}
LINES: dict[str, list[str]] = {
    "violated": ["《中华人民共和国统计法》第七条"],
    "terms.basis": ["《中华人民共和国统计法》第四十二条第一款"],
    "terms.items": ["警告", "罚款5000元（大写：伍仟元整）"],
    "evidence.lines": [
        "营业执照复印件一份，证明当事人的主体资格",
        "现场检查笔录一份、照片六张，证明检查的情况",
        "报送系统日志一份，证明迟报的时间和次数",
    ],
    "discussion.members": ["负责人丁", "负责人丙", "科长己"],
}


def sample_of(sheet: Sheet, **changes: Any) -> dict[str, Any]:
    """Return data for every field of a kind of document."""
    return {one.id: _value(one) for one in sheet.form.fields} | changes


def _value(field: DocumentField) -> Any:
    if field.kind in {"lines", "rows"}:
        return LINES.get(field.source, ["第一项内容", "第二项内容"]) if field.kind == "lines" else _rows(field.source)
    if field.source in TEXTS:
        return TEXTS[field.source]
    if field.source.partition(".")[0] in FROM_PACK:
        return "10日"
    plain = {"date": "2026-11-03", "time": "2026-11-03T09:30:00+08:00", "amount": "5000.00", "yesno": True}
    return plain.get(field.kind, LONG if field.kind == "long" else f"（{field.label}）"[:40])


ROW_TEXTS = {
    "kind": "立案审批表",
    "number": "晴测立〔2026〕37号",
    "made_on": "2026-11-03",
    "name": "负责人丁",
    "opinion": "同意",
}


def _rows(source: str) -> list[dict[str, str]]:
    return [{key: ROW_TEXTS.get(key, key) for key in ROW_KEYS[source]} for _number in range(3)]
