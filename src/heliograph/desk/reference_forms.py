"""Forms on duties and on what all agencies share: the law library and the calendar."""

from __future__ import annotations

from django import forms

from heliograph.desk.forms import Day, DeskForm, text

REASON_LIMIT, BASIS_LIMIT = 300, 200


class ExtendForm(DeskForm):
    """How much longer a period runs, in its own unit."""

    length = forms.IntegerField(
        label="延长数", min_value=1, max_value=1000, error_messages={"invalid": "“延长数”应为整数。"}
    )
    reason = text("理由", limit=REASON_LIMIT)
    basis = text("依据", limit=BASIS_LIMIT)


class SuspendForm(DeskForm):
    """From when a period is not counted."""

    from_on = Day(label="中止日期")
    reason = text("理由", limit=REASON_LIMIT, help_text="听证、检验、鉴定、公告送达、补正材料等。")
    basis = text("依据", limit=BASIS_LIMIT)


class ResumeForm(DeskForm):
    """From when a period is counted again."""

    on = Day(label="恢复日期", help_text="从这一天起继续计算，格式如 2026-11-20")
    reason = text("理由", limit=REASON_LIMIT)
    basis = text("依据", limit=BASIS_LIMIT)


class CancelForm(DeskForm):
    """What the mistake was."""

    reason = text("误登的情况", limit=REASON_LIMIT)


class RefuseForm(DeskForm):
    """Why a proposed text or notice is put aside."""

    reason = text("理由", limit=REASON_LIMIT)


class CorrectionForm(DeskForm):
    """The right day of a change, or none."""

    changed_on = Day(label="变动日期", required=False, help_text="留空表示该条没有变动，撤销原登记。")
    reason = text("更正理由", limit=REASON_LIMIT)


class ErasureForm(DeskForm):
    """On which ground the content of a record is to be erased."""

    ground = text(
        "删除理由",
        limit=REASON_LIMIT,
        help_text="写明法定情形，如个人撤回同意、保存期限已满。理由会长期保存，不要写入要删除的个人信息。",
    )
    basis = text("依据", limit=BASIS_LIMIT, help_text="写到条，如 个人信息保护法@2021:47。")
