"""The dossier as rules: order, page numbers, what is missing, who hands over and receives."""

from __future__ import annotations

from datetime import date

import pytest

from heliograph.dossiers.rules import volumes as rules
from heliograph.dossiers.rules.volumes import Item, Passed, Piece, Registered, bind, missing_pieces
from heliograph.kernel.verdict import Refused, Verdict

DAY, LATER = date(2026, 11, 2), date(2026, 11, 9)


def refused(verdict: Verdict, code: str) -> str:
    assert isinstance(verdict, Refused)
    assert verdict.code == code
    assert verdict.basis
    return verdict.message


def item(title: str, **changes: object) -> Item:
    return Item(**{"title": title, "day": DAY, "pages": 1, "sha256": title, **changes})  # type: ignore[arg-type]


def test_volumes_are_ordered_and_their_pages_numbered() -> None:
    items = [
        item("送达回证", order=40, pages=1),
        item("调查终结报告", volume="side", order=100, pages=3),
        item("决定书", order=30, pages=4),
        item("立案审批表", order=20, pages=2, day=LATER),
    ]
    main, side = bind(items)
    assert [line.item.title for line in main.lines] == ["立案审批表", "决定书", "送达回证"]
    assert [line.pages for line in main.lines] == ["1—2", "3—6", "7"]
    assert (main.name, main.pages, side.name, side.pages) == ("正卷", 7, "副卷", 3)
    assert [line.serial for line in main.lines] == [1, 2, 3]


def test_one_volume_in_order_of_time() -> None:
    [whole] = bind([item("后", day=LATER, order=1), item("前", order=9, volume="side")], arrangement="time")
    assert [line.item.title for line in whole.lines] == ["前", "后"]
    assert whole.name == "案卷"
    assert bind([]) == bind([], arrangement="time") == []


def test_the_same_file_is_counted_once_and_pointed_at() -> None:
    [main] = bind([item("现场笔录", order=1, sha256="a"), item("询问笔录", order=2, sha256="a")])
    first, second = main.lines
    assert (first.pages, second.pages, main.pages) == ("1", "", 1)
    assert second.note == "与第 1 项同一文件"
    assert [line.serial for line in main.files] == [1]


def test_lines_without_pages_say_why() -> None:
    lines = bind([
        item("物证", order=1, sha256="", pages=None, note="实物"),
        item("坏文件", order=2, pages=None),
        item("没有规则", order=3, placed=False),
    ])[0].lines  # fmt: skip
    assert [(line.pages, line.note) for line in lines] == [
        ("", "实物"), ("", "无法计页，附原文件"), ("1", "次序待核"),
    ]  # fmt: skip


PASSED = [
    Passed("p/file", "报请立案", "行政处罚法@2021:54", ("立案审批表",)),
    Passed("p/pay", "登记履行", "行政处罚法@2021:67", ("缴款凭证",), as_done=True),
    Passed("p/serve", "送达", "行政处罚法@2021:61", ("送达回证", "卷内目录")),
]


def test_missing_pieces_are_named_with_step_and_article() -> None:
    registered = [Registered("p/file", "立案审批表", filed=False, key="1")]
    found = missing_pieces(PASSED, registered, signed={"送达回证"}, built={"卷内目录"})
    assert [(one.document, one.lack, one.required, one.paper) for one in found] == [
        ("送达回证", "没有登记", True, ""),
        ("立案审批表", "没有上传文件", False, "1"),
    ]
    assert str(found[0]) == "送达回证没有登记（环节“送达”，依据：行政处罚法@2021:61）"
    whole = [Registered("p/file", "立案审批表", filed=True), Registered("p/serve", "送达回证", filed=True)]
    assert missing_pieces(PASSED, whole, signed={"送达回证"}, built={"卷内目录"}) == []
    [outside] = missing_pieces([], [Registered("case", "责令改正通知书", filed=False)], signed=())
    assert str(outside) == "责令改正通知书没有上传文件"


def test_a_reason_stands_for_what_is_missing() -> None:
    lack = [Piece(f"文书{number}", "送达", "", "没有上传文件", required=False) for number in range(14)]
    message = refused(rules.may_lack(lack, " "), "dossier.incomplete")
    assert "等 14 件" in message
    assert rules.may_lack(lack, "当事人拒绝签字，已注明")
    assert rules.may_lack([], "")
    assert rules.may_lack([], "没有缺")
    refused(rules.may_lack(lack, "长" * 301), "dossier.too_long")
    assert rules.told_lack([], "") == ""
    assert "缺少 14 件文件（文书0、" in rules.told_lack(lack, "遗失")


def test_a_file_comes_later_once() -> None:
    assert rules.may_add_scan("送达回证", filed=False, state="archived")
    refused(rules.may_add_scan("送达回证", filed=True, state="handling"), "scan.twice")
    refused(rules.may_add_scan("送达回证", filed=False, state="suspended"), "scan.suspended")


@pytest.mark.parametrize(
    ("state", "handed", "code"),
    [
        ("closed", "", "deposit.state"),
        ("archived", "handed", "deposit.twice"),
        ("archived", "received", "deposit.twice"),
    ],
)
def test_handing_over_is_refused(state: str, handed: str, code: str) -> None:
    refused(rules.may_hand_over(state, handed=handed), code)


def test_receiving() -> None:
    assert rules.may_hand_over("archived", handed="")
    assert rules.may_receive("handed", own=False, accepted=True, remark="")
    refused(rules.may_receive("received", own=False, accepted=True, remark=""), "deposit.done")
    refused(rules.may_receive("handed", own=True, accepted=True, remark=""), "deposit.self")
    refused(rules.may_receive("handed", own=False, accepted=False, remark=" "), "deposit.reason")


def test_what_nobody_signed_is_a_warning_unless_the_pack_wants_it_signed() -> None:
    passed = [rules.Passed("t_serve", "送达", "", ("送达回证", "送达清单"))]
    bare = [
        rules.Registered("t_serve", "送达回证", filed=True, key="1", signed=False),
        rules.Registered("t_serve", "送达清单", filed=True, key="2", signed=False),
    ]
    [piece] = rules.missing_pieces(passed, bare, signed=["送达回证"])
    assert (piece.document, piece.lack, piece.required) == ("送达回证", rules.NOT_SIGNED, True)
    [warning] = rules.unsigned_pieces(passed, bare, signed=["送达回证"])
    assert (warning.document, warning.required) == ("送达清单", False)
    assert rules.unsigned_pieces(passed, bare, signed=["送达回证"], built=["送达清单"]) == []


def test_a_document_made_again_after_a_return_stands_for_the_earlier_one() -> None:
    passed = [rules.Passed("t_conclude", "终结", "", ("调查终结报告",))]
    first = rules.Registered("t_conclude", "调查终结报告", filed=False, key="1")
    again = rules.Registered("t_conclude", "调查终结报告", filed=True, key="2")
    assert rules.missing_pieces(passed, [first, again], signed=[]) == []
    assert [one.paper for one in rules.missing_pieces(passed, [again, first], signed=[])] == ["1"]
