"""Forms of clues and of the opening of a case: only what the law needs."""

from __future__ import annotations

from typing import Any

from django import forms

from heliograph.desk.forms import Day, DeskForm, choice, text
from heliograph.desk.steps.fields import area as long_text
from heliograph.dossiers.actions import CaseContent, ClueContent, PartyContent
from heliograph.dossiers.models import Clue, Party
from heliograph.dossiers.models.cases import Source

RESIDENT, OTHER_NUMBER, CREDIT = "居民身份证", "其他证件", "统一社会信用代码"
PARTIES = 3
OF_MATTERS = (Source.APPLICATION, Source.ASSIGNED, Source.SUBMITTED, Source.TRANSFERRED, Source.OTHER)


class ClueForm(DeskForm):
    """A clue as it comes in."""

    source = choice("来源", [one for one in Source.choices if one[0] != Source.APPLICATION])
    received_on = Day(label="收到日期")
    target = text("涉嫌对象", limit=200, help_text="单位名称或者个人姓名；不清楚的写已知的特征")
    content = long_text("线索内容")
    reporter = text("提供人", required=False, help_text="只有承办机构的人员能看到；匿名的不填")
    distinct_reason = text(
        "与已有线索的区别", limit=1000, required=False, help_text="同一对象已有未办结的线索时填写；是同一事项的请并入"
    )

    def clue(self) -> ClueContent:
        """Return what was written."""
        return ClueContent(**self.cleaned_data)


class CloseClueForm(DeskForm):
    """Why a clue comes to no case, or the clue into which it is merged."""

    reason = long_text("处理理由", limit=1000, rows=3)
    same_as = forms.ChoiceField(label="并入线索", required=False, help_text="是同一事项的选原线索，不立案的不选")

    def __init__(self, *args: Any, others: list[Clue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(str(one.pk), f"{one.received_on.isoformat()} {one.target}") for one in others]
        self.fields["same_as"].choices = [("", "不并入"), *listed]  # type: ignore[attr-defined]
        self.fields["same_as"].widget.attrs["class"] = "select"


class CaseForm(DeskForm):
    """What a case is about and who handles it."""

    title = text("案由或者事项", limit=200, help_text="写明当事人和事项：案件写涉嫌的违法行为，申请写所申请的事项")
    source = choice("来源", Source.choices)
    received_on = Day(
        label="收到申请日期", required=False, help_text="当事人申请的填写，办理期限从这一天起算；不填的为今天"
    )
    handler = forms.ChoiceField(label="承办人")
    co_handler = forms.ChoiceField(
        label="协办人", help_text="须是另一名持证人员；流程中没有须两人办理的环节的，可以不选", required=False
    )
    area = text("执法区域", limit=120, help_text="与执法证件的区域核对")
    facts = long_text("案情", required=False, hint="已知的事实；可以在立案审批时补充")
    place = text("地点", limit=300, required=False)
    arrived_on = Day(
        label="到场日期", required=False, help_text="先到场、后登记的填写：当场处罚，情况紧急的检查和强制措施"
    )
    occurred_from = Day(label="行为发生日", required=False)
    occurred_to = Day(label="行为终了日", required=False, help_text="追责期限从这一天起算；仍在继续的不填")

    def __init__(
        self, *args: Any, officers: list[tuple[str, str]], at_once: bool = False, pair: bool = False,
        applied_for: bool = True, penal: bool = True, **kwargs: Any
    ) -> None:  # fmt: skip
        """Ask for the day of the arrival only `at_once`: where the law lets officers act before the registration.

        pair: the flow is for two officers from its first day. applied_for: somebody may apply for what the flow does.
        penal: it goes after a violation, which has its time and comes to light by inspections and reports.
        """
        super().__init__(*args, **kwargs)
        if pair:
            self.fields["co_handler"].required = True
            self.fields["co_handler"].error_messages["required"] = "请填写“协办人”。"
            self.fields["co_handler"].help_text = "须是另一名持证人员"
        if not applied_for:
            del self.fields["received_on"]
            listed = [one for one in Source.choices if one[0] != Source.APPLICATION]
            self.fields["source"].choices = [("", "请选择"), *listed]  # type: ignore[attr-defined]
        if not penal:
            del self.fields["occurred_from"], self.fields["occurred_to"]
            kept = [one for one in self.fields["source"].choices if one[0] in OF_MATTERS]  # type: ignore[attr-defined]
            self.fields["source"].choices = [("", "请选择"), *kept]  # type: ignore[attr-defined]
        if not at_once:
            del self.fields["arrived_on"]
        for name, empty in (("handler", "请选择"), ("co_handler", "请选择" if pair else "不选")):
            self.fields[name].choices = [("", empty), *officers]  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "select"


class PartyForm(DeskForm):
    """One party; a form that was left empty is no party."""

    standing = choice("地位", Party.Standing.choices)
    kind = choice("类别", Party.Kind.choices)
    name = text("姓名或者名称", limit=200)
    number_kind = choice("证件类型", [(one, one) for one in (CREDIT, RESIDENT, OTHER_NUMBER)], required=False)
    number = text(
        "证件号码",
        limit=40,
        required=False,
        help_text="单位和个体工商户填统一社会信用代码（18 位），个人填居民身份证号（18 位）",
    )
    representative = text("法定代表人或者经营者", limit=60, required=False)
    address = text("地址", limit=300, required=False)
    phone = text("电话", limit=40, required=False)
    e_service_consent_on = Day(label="同意电子送达的日期", required=False)
    e_service_address = text("电子送达地址", limit=200, required=False)

    @property
    def is_left_empty(self) -> bool:
        """Whether nobody was named in it."""
        return not any(self[name].value() for name in ("name", "number", "kind"))

    def party(self) -> PartyContent:
        """Return what was written."""
        return PartyContent(**self.cleaned_data)


def party_forms(data: Any) -> list[PartyForm]:
    """Return the forms of the parties; the first must be filled in, the others may stay empty."""
    forms_ = [PartyForm(data, prefix=f"party{number}", initial={"standing": "party"}) for number in range(PARTIES)]
    return [
        PartyForm(
            data, prefix=one.prefix, initial={"standing": "party"}, empty_permitted=True, use_required_attribute=False
        )
        if number and one.is_left_empty
        else one
        for number, one in enumerate(forms_)
    ]


def case_content(form: CaseForm, parties: list[PartyForm], *, procedure: str, category: str, clue: Any) -> CaseContent:
    """Return what opens a case."""
    given = dict(form.cleaned_data)
    handler, co_handler = given.pop("handler"), given.pop("co_handler")
    return CaseContent(
        **given,
        handler_id=handler,
        co_handler_id=co_handler or None,
        parties=[one.party() for one in parties if not one.is_left_empty],
        procedure=procedure,
        category=category,
        clue_id=clue,
    )
