"""What is asked for and was done by way of coercion, its review and its papers, as sections for whoever decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from heliograph.desk.case_sections import Line, Section, day, in_short, moment, said, yuan
from heliograph.dossiers import models
from heliograph.dossiers.executable import state_of_execution
from heliograph.dossiers.models import Case, CaseEvent, Decision
from heliograph.dossiers.rules.coercing import THINGS
from heliograph.kernel.packs.schema import Pack
from heliograph.legality_review.models import ReviewOpinion
from heliograph.legality_review.queries import last_opinion

APPLIED = "case.coercion_applied"
COERCION = "coercion"


def coercion_sections(case: Case, pack: Pack, manner: str, story: Sequence[CaseEvent]) -> list[Section]:
    """Return what coercion is asked for: the things and what was done on site, or the decision to be executed."""
    if case.category != COERCION:
        return []
    asked = next((one for one in story if one.kind == APPLIED), None)
    measures = models.Measure.objects.filter(case=case, kind__in=list(THINGS)).select_related("approved_by")
    measure = measures.order_by("-registered_at", "-pk").first()
    lines = [
        *said(("强制方式", manner)),
        *(_measure(measure) if measure else ()),
        *said(("申请", asked.text if asked and measure is None else "")),
        *said(("报请", f"{asked.made_by}，{moment(asked.made_at)}" if asked and asked.made_by else "")),
    ]
    found = [Section("申请的强制", lines, open=True)] if lines else []
    if case.executes is not None:
        found.append(_executed(case, case.executes, pack))
    acts = models.OnSiteAct.objects.filter(case=case).select_related("first_officer", "second_officer")
    return [*found, *(_on_site(one) for one in acts.order_by("began_at"))]


def _measure(one: models.Measure) -> Iterator[Line]:
    """Yield what is or was to be done with the things."""
    yield from said(
        ("措施种类", one.get_kind_display()),
        ("物品或者场所", one.items),
        ("理由", one.reason),
        ("情况紧急", "已当场实施，须补办审批" if one.urgent and one.approved_at is None else ""),
    )
    if one.basis:
        yield Line("依据", keys=tuple(one.basis))
    yield from said(
        ("实施", moment(one.started_at)),
        ("期限至", day(one.until_on)),
        ("见证人", one.witness),
    )


def _on_site(one: models.OnSiteAct) -> Section:
    pair = [account.display_name for account in (one.first_officer, one.second_officer) if account]
    lines = said(
        ("地点", one.place),
        ("时间", f"{moment(one.began_at)} 至 {moment(one.ended_at)}"),
        ("出示执法证件", moment(one.shown_at)),
        ("执法人员", "、".join(pair)),
        ("在场人", one.person_present),
        ("现场情况", one.note),
    )
    return Section(f"现场：{one.act}", list(lines), moment(one.began_at), open=True)


def _executed(case: Case, one: Decision, pack: Pack) -> Section:
    """Return the decision that is to be carried out by force, and what of it is left."""
    state = state_of_execution(case, one, pack)
    lines = said(
        ("文号", one.number),
        ("决定日期", day(one.decided_on)),
        ("内容", in_short(one, one.case.category)),
        ("其他内容", one.other),
        ("责令改正", one.correction),
        ("尚应缴纳", yuan(state.owed) if state.owed else ""),
        ("送达", day(state.served_on) or "尚未送达"),
        ("缴款期限至", day(state.pay_until) if state.owed else ""),
        ("改正期限至", day(state.deed_until)),
        ("复议诉讼期限至", day(state.remedies_until)),
    )
    return Section("要执行的决定", list(lines), one.number, open=True)


def opinion_sections(case: Case) -> list[Section]:
    """Return the legal opinion that counts, none where nothing was reviewed. One query."""
    found = last_opinion(case)
    return [_opinion(found)] if found else []


def _opinion(one: ReviewOpinion) -> Section:
    lines = [
        *said(("结论", one.get_conclusion_display()), ("审核意见", one.text)),
        *said(("审核人", f"{one.reviewer.display_name}，{moment(one.made_at)}")),
    ]
    css = "green" if one.conclusion == "agree" else "red"
    return Section("法制审核意见", lines, "", one.get_conclusion_display(), css, open=True)


def paper_sections(papers: Iterable[models.Paper], *, shown: bool) -> list[Section]:
    """Return the registered documents of a case with the way to each file. shown: unfolded."""
    lines = [
        Line(one.kind, f"{one.number} {day(one.made_on)}".strip(), file=one.file_id) for one in papers if one.file_id
    ]
    return [Section(f"文书 {len(lines)} 份", lines, open=shown)] if lines else []
