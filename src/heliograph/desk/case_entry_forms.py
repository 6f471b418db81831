"""Forms of what goes into a case's file outside its steps: evidence, acts on site, articles, measures, discussions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django import forms

from heliograph.desk.article_field import ArticleField
from heliograph.desk.forms import Day, DeskForm, choice, several, text
from heliograph.desk.original_fields import OriginalsField
from heliograph.desk.people_fit import Person, fill
from heliograph.desk.steps.fields import Moment, area, one_of, yes_no
from heliograph.dossiers.actions import EvidenceContent, MeasureContent, OnSiteContent
from heliograph.dossiers.models import Citation, Evidence, Measure
from heliograph.dossiers.rules.investigating import LONGEST_OPINION
from heliograph.dossiers.rules.proposing import VOTES

ON_SITE = (
    "询问", "现场检查", "勘验", "调取证据", "抽样取证", "先行登记保存", "查封", "扣押", "封存", "告知", "送达", "其他",
)  # fmt: skip
VOTE_WORDS = dict(zip(VOTES, ("同意", "不同意", "弃权"), strict=True))


class PeopleForm(DeskForm):
    """A form that names people of the agency; who is fit for it is known when the form is made."""

    people_fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.people_fields:
            fill(cast(forms.ChoiceField, self.fields[name]), people)


def person(label: str, *, required: bool = True, help_text: str = "") -> forms.ChoiceField:
    """Return a list of people, filled by the form."""
    return choice(label, [], required=required, help_text=help_text)


class EvidenceForm(PeopleForm):
    """A piece of evidence (行政处罚法46)."""

    people_fields = ("collector", "second_collector")
    kind = choice("种类", Evidence.Kind.choices)
    name = text("名称", limit=200)
    proves = area("证明事项", limit=1000, rows=3)
    source = text("来源", limit=300, help_text="由谁提供，或者从哪里取得")
    obtained_on = Day(label="取得日期")
    place = text("取得地点", limit=300, required=False)
    collector = person("取证人")
    second_collector = person("取证人之二", required=False, help_text="须是另一名执法人员")
    originals = OriginalsField(label="证据文件")
    unreviewed_monitoring = yes_no(
        "是否未经审核的电子监控记录", required=False, hint="电子监控记录须经法制和技术审核后才能作为证据"
    )

    def content(self, sent: Mapping[str, Any]) -> EvidenceContent:
        """Return what was written, with the files as the act takes them."""
        given = dict(sent)
        return EvidenceContent(
            collector_id=UUID(given.pop("collector")),
            second_collector_id=_key(given.pop("second_collector")),
            unreviewed_monitoring=bool(given.pop("unreviewed_monitoring")),
            originals=tuple(given.pop("originals")),
            **given,
        )


class OriginalsForm(DeskForm):
    """Further originals of a piece of evidence."""

    originals = OriginalsField(label="证据文件", required=True)


class OnSiteForm(PeopleForm):
    """An act before the party: certificates first (行政处罚法55)."""

    people_fields = ("first_officer", "second_officer")
    act = choice("事项", [(one, one) for one in ON_SITE])
    place = text("地点", limit=300)
    shown_at = Moment(label="出示证件的时间")
    began_at = Moment(label="开始时间")
    ended_at = Moment(label="结束时间", required=False)
    first_officer = person("执法人员")
    second_officer = person("执法人员之二", help_text="两人均须持有有效的执法证件")
    person_present = text("在场人", help_text="当事人或者有关人员的姓名")
    rights_told = yes_no("已告知权利义务")
    video = text("音像记录说明", limit=300, required=False)
    note = area("经过", required=False)

    def content(self) -> OnSiteContent:
        """Return what was written."""
        given = dict(self.cleaned_data)
        return OnSiteContent(
            first_officer_id=UUID(given.pop("first_officer")),
            second_officer_id=UUID(given.pop("second_officer")),
            **given,
        )


class CitationForm(DeskForm):
    """An article that the case rests on, asked for as people write it."""

    use = one_of("用途", Citation.Use.choices)
    key = ArticleField("条文")


class MeasureForm(PeopleForm):
    """Preservation, for which leave is asked, or sampling, which is registered at once (行政处罚法56)."""

    people_fields = ("approver",)
    kind = choice("种类", [one for one in Measure.Kind.choices if one[0] in {"preservation", "sampling"}])
    items = area("物品清单", rows=4, hint="名称、规格、数量、存放地点，每行一项")
    reason = text("理由", limit=1000)
    approver = person("报请批准的负责人", required=False, help_text="先行登记保存必须选择；由负责人本人登录后审批")
    started_at = Moment(label="抽样时间", required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for whoever is to approve, or for when the sample was taken."""
        data = super().clean() or {}
        wanted = {Measure.Kind.PRESERVATION.value: "approver", Measure.Kind.SAMPLING.value: "started_at"}
        name = wanted.get(data.get("kind", ""))
        if name and not data.get(name) and name not in self.errors:
            self.add_error(name, f"请填写“{self.fields[name].label}”。")
        return data

    @property
    def is_asked_for(self) -> bool:
        """Whether it is a preservation, which somebody is to approve."""
        return bool(self.cleaned_data["kind"] == Measure.Kind.PRESERVATION)

    def content(self) -> MeasureContent:
        """Return what was written."""
        given = self.cleaned_data
        return MeasureContent(given["kind"], given["items"], given["reason"])


class MeasureDecisionForm(DeskForm):
    """What a person in charge says to a preservation that was asked for."""

    granted = yes_no("审批结论", words=("批准", "不批准"))
    opinion = area("审批意见", limit=LONGEST_OPINION, rows=3)


class MeasureBeginForm(DeskForm):
    """When a preservation that was approved has been carried out."""

    started_at = Moment(label="实施时间")


class MeasureEndForm(DeskForm):
    """What became of things that were preserved or sampled."""

    how = text("处理结果", limit=300, help_text="如 发还、没收、移送鉴定")
    ended_on = Day(label="处理日期")


class DiscussionForm(PeopleForm):
    """The call of the persons in charge to a collective discussion (行政处罚法57)."""

    people_fields = ("chair", "members")
    held_on = Day(label="讨论日期")
    place = text("讨论地点", limit=300)
    chair = person("主持人")
    members = several("参加人", [], help_text="须由参加人各自登录确认并表态，系统按表态计算结论")


class SeatForm(DeskForm):
    """What somebody who was called says in the discussion, signed in as oneself."""

    vote = one_of("表态", list(VOTE_WORDS.items()))
    opinion = area("意见", limit=2000, required=False, rows=3, hint="不同意的必须写明意见，如实记入讨论记录")


def _key(text_: str) -> UUID | None:
    return UUID(text_) if text_ else None
