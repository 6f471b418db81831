"""Forms of the register of reviewers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.forms import Day, DeskForm, choice, text
from heliograph.legality_review.actions import ContractContent, ReviewerContent
from heliograph.legality_review.models import AdviserContract, Reviewer, Training
from heliograph.registers.models import Account


class ReviewerForm(DeskForm):
    """Somebody to be put into the register."""

    account_id = choice("人员", [], help_text="须先由安全管理员授予法制审核人角色")
    kind = choice("类别", Reviewer.Kind.choices)
    began_on = Day(label="初次从事审核日期")
    from_on = Day(label="任职起")
    qualification = text("法律职业资格证书号", limit=60, required=False)
    qualified_on = Day(label="取得资格日期", required=False)
    contract_id = choice("合同", [], required=False, help_text="法律顾问和购买服务的须选择")

    def __init__(
        self, *args: Any, accounts: Iterable[Account], contracts: Iterable[AdviserContract], on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {"account_id": [(str(one.pk), one.display_name) for one in accounts],
                   "contract_id": [(str(one.pk), str(one)) for one in contracts]}  # fmt: skip
        for name, rows in offered.items():
            self.fields[name].choices = [("", "请选择"), *rows]  # type: ignore[attr-defined]
        self.fields["from_on"].initial = on

    def content(self) -> ReviewerContent:
        """Return what the act takes."""
        sent = self.cleaned_data
        keys = {name: UUID(sent[name]) if sent[name] else None for name in ("account_id", "contract_id")}
        return ReviewerContent(**{**sent, **keys})


class ContractForm(DeskForm):
    """A contract with a law firm or a provider of review."""

    firm = text("律师事务所或者服务机构", limit=200)
    lawyer = text("律师或者承办人员", limit=120)
    signed_on = Day(label="签订日期")
    from_on = Day(label="期限起")
    to_on = Day(label="期限止")

    def content(self) -> ContractContent:
        """Return what the act takes."""
        return ContractContent(**self.cleaned_data)


class DeclineForm(DeskForm):
    """Why a contract is not renewed."""

    reason = text("不续签的理由", limit=300)


class TrainingForm(DeskForm):
    """A training or an examination."""

    kind = choice("类别", Training.Kind.choices)
    title = text("内容", limit=200)
    held_on = Day(label="日期")
    hours = forms.IntegerField(label="学时", min_value=0, max_value=1000, required=False)
    result = text("结果", limit=120, required=False, help_text="考核的写合格、不合格等")

    def values(self) -> dict[str, Any]:
        """Return what the act takes."""
        return {**self.cleaned_data, "hours": self.cleaned_data["hours"] or 0}


class EndForm(DeskForm):
    """The last day of a reviewer."""

    to_on = Day(label="任职止")
