"""What is asked when a dossier is retrieved: by whom is known, why, until when, and what it covers."""

from __future__ import annotations

from typing import Any

from django import forms

from heliograph.desk.forms import Day, DeskForm, choice, several, text
from heliograph.desk.steps.fields import area, one_of, yes_no
from heliograph.dossiers.rules.retention import LONGEST_APPRAISAL
from heliograph.dossiers.rules.retrieving import LEVELS, LONGEST_OPINION, LONGEST_PURPOSE

LONGEST_NUMBER = 60
LONGEST_BASIS = 200
LIFT = "none"
DECISIONS = [("grant", "同意销毁"), ("refuse", "不同意"), ("cancel", "撤销")]


class AskForm(DeskForm):
    """Which dossier and why; the last day only from whoever opens it at once."""

    number = text("案号或者归档号", limit=LONGEST_NUMBER)
    purpose = area("调阅事由", limit=LONGEST_PURPOSE, rows=3, hint="因什么工作需要、查看哪些内容")

    def __init__(self, *args: Any, at_once: bool, example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = example
        if at_once:
            self.fields["until_on"] = Day(label="调阅至", help_text="最后一天，到期自动停止")
            self.fields["until_on"].widget.attrs.update({"class": "input"})


class DecideForm(DeskForm):
    """The leader's decision, with what it covers."""

    granted = yes_no("审批意见", words=("同意", "不同意"))
    until_on = Day(label="调阅至", required=False, help_text="同意的，写明最后一天，到期自动停止")
    side_volume = yes_no("包含副卷", required=False, hint="副卷有案源、审核和讨论材料。不选为不包含")
    levels = several("包含的涉密材料", LEVELS.items(), required=False, help_text="不勾选的，目录保留一行并注明未附")
    opinion = area("说明", limit=LONGEST_OPINION, rows=3, required=False, hint="不同意的，写明理由")


class EndForm(DeskForm):
    """Why a retrieval ends before its day."""

    reason = area("结束理由", limit=LONGEST_OPINION, rows=3, hint="如：查阅完毕，或者调阅事由已经消失")


class ClassifyForm(DeskForm):
    """The level of something in a dossier."""

    level = choice("密级", [*LEVELS.items(), (LIFT, "解除密级")])
    reason = area("理由", limit=LONGEST_OPINION, rows=3, hint="哪些内容涉及秘密或者隐私")
    basis = text("依据", limit=LONGEST_BASIS, help_text="如 行政处罚法@2021:50")


class RetentionForm(DeskForm):
    """How long a dossier is kept, by appraisal."""

    years = forms.IntegerField(
        label="保管年数",
        min_value=1,
        max_value=999,
        required=False,
        help_text="自归档之日起算。不填为永久保管。期限只能延长",
        error_messages={"invalid": "“保管年数”应为正整数。", "min_value": "“保管年数”应为正整数。"},
    )
    reason = area("理由", limit=LONGEST_OPINION, rows=3, hint="如：经鉴定仍有查考价值")
    basis = text("依据", limit=LONGEST_BASIS, help_text="如 档案法@2020:21")


class AppraisalForm(DeskForm):
    """The opinion of the appraisal."""

    appraisal = area(
        "鉴定意见", limit=LONGEST_APPRAISAL, rows=5, hint="写明保管期满、没有继续保存的价值，以及参加鉴定的人员"
    )


class DestructionDecisionForm(DeskForm):
    """The leader's decision on a destruction."""

    decision = one_of("审批意见", DECISIONS)
    opinion = area("说明", limit=LONGEST_OPINION, rows=3, required=False, hint="不同意或者撤销的，写明理由")
