"""Forms of the transfer of a suspected crime (移送)."""

from __future__ import annotations

from heliograph.desk.forms import Day, text
from heliograph.desk.steps.applications import plain
from heliograph.desk.steps.fields import Moment, area, one_of, yes_no
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.transferring import ANSWERS
from heliograph.dossiers.models import CaseEvent


def _report_fields(_place: StepPlace) -> Fields:
    return {"to_body": text("受移送机关"), "reason": area("移送理由", hint="涉嫌的罪名、事实和主要证据")}


def _approve_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("批准移送", "不批准移送")),
        "opinion": area("审批意见", limit=1000, rows=3, hint="不批准的写明理由，存入案卷"),
    }


def _deliver_fields(_place: StepPlace) -> Fields:
    return {
        "delivered_at": Moment(label="移交时间"),
        "receipt": text("回执", limit=200, help_text="公安机关在回执上签收的人和时间；回执作为文书上传"),
        "examination": CaseFileField(label="检验报告或者鉴定结论", hint="有检验、鉴定的随案移送，在此上传；没有的不填"),
        "late_reason": text("逾时说明", limit=500, required=False, help_text="只在超过法定时限时填写"),
    }


def _answer_fields(_place: StepPlace) -> Fields:
    return {
        "filed": yes_no("公安机关是否立案", words=("立案", "不予立案")),
        "answered_on": Day(label="收到通知书日期", help_text="移交物品、提请复议的期限从这一天起算"),
        "result": area("通知书内容", limit=900, rows=3, hint="通知书文号；不予立案的写明理由和退回的材料"),
    }


def _refusal_fields(_place: StepPlace) -> Fields:
    return {
        "how": one_of("对不予立案的处理", [(one, one) for one in ANSWERS], hint="接受的，案件退回本机关依法处理"),
        "reason": area("理由", limit=1900, rows=3),
    }


def _items_fields(_place: StepPlace) -> Fields:
    return {
        "handed_on": Day(label="移交日期"),
        "note": area("移交清单", limit=1900, rows=4, hint="涉案物品和有关材料，每行一项，写明接收人"),
    }


def _deliver(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    return actions.transfer_case(
        place.case.pk, place.place, examination_id=values.pop("examination"), **values, papers=given.papers,
        actor=place.scope.account, at=place.scope.at, rev=place.rev,
    )  # fmt: skip


TRANSFERS: dict[Act, ActForm] = {
    actions.report_transfer: ActForm("报告移送", plain(actions.report_transfer), _report_fields),
    actions.approve_transfer: ActForm(
        "提交审批结论", plain(actions.approve_transfer), _approve_fields, frozenset({"准予移送"})
    ),
    actions.transfer_case: ActForm("登记移送", _deliver, _deliver_fields),
    actions.record_police_answer: ActForm(
        "登记答复", plain(actions.record_police_answer), _answer_fields, frozenset({"公安机关立案"})
    ),
    actions.answer_police_refusal: ActForm(
        "登记处理", plain(actions.answer_police_refusal), _refusal_fields, frozenset({"不予立案的处理"})
    ),
    actions.hand_over_transfer_items: ActForm("登记移交", plain(actions.hand_over_transfer_items), _items_fields),
}
