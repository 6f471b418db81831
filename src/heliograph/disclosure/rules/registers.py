"""Pure rules of release approval: stages in order, nobody alone, no unfounded demand unseen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.registers.rules import BASIS_KEY

BASIS_LIMIT = 200
# Running texts of demands made of people; the pack's provision names further fields.
GUARDED_TEXTS = frozenset({"conditions", "materials", "steps", "sample_materials"})
SHOWN_TEXT = 60
_NUMERAL = "[一二三四五六七八九十百0-9]"
SOURCE_CLAUSE = re.compile(rf"[A-Z一-龥]{{1,12}}{_NUMERAL}+([(（]{_NUMERAL}+[)）]|{_NUMERAL}+)*")
DOCUMENT = re.compile(r".*(《[^《》]{2,80}》|〔\d{4}〕第?\d+号).*")
_PARAGRAPH = re.compile(r"\(\d{1,2}\)$")


ENTRUSTED = "委托"  # the kind of a body whose power comes from another


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the chain as kept with the release: who decides, and the clause that says so."""

    id: str
    label: str
    role: str
    basis: str


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """What decides the next step of a release."""

    state: str  # in_review, returned, published
    stages: Sequence[Stage]
    stage_index: int
    authors: frozenset[UUID]  # who wrote or handed in the version
    deciders: frozenset[UUID] = frozenset()  # who passed an earlier stage
    unfounded: Sequence[str] = ()

    @property
    def current(self) -> Stage:
        """The stage that waits for a decision, or the last one when all are done."""
        return self.stages[min(self.stage_index, len(self.stages) - 1)]


def may_decide(release: ReleaseState, *, stage: str, roles: Collection[str], actor: UUID) -> Verdict:
    """Say whether this person may decide this stage now: in order, by its role, not on one's own work (D12, WS公8)."""
    current = release.current
    if release.state != "in_review":
        return Refused("release.closed", "该信息已公开或已退回，不能再次审批。", current.basis)
    if stage != current.id:
        wanted = next((each.label for each in release.stages if each.id == stage), stage)
        message = f"现在的环节是“{current.label}”，不能越过它直接办理“{wanted}”；未履行信息发布审批程序不得发布。"
        return Refused("release.stage_skipped", message, current.basis)
    if current.role not in roles:
        return Refused("release.wrong_role", f"“{current.label}”须由该环节审批人办理，您没有这一角色。", current.basis)
    if actor in release.authors:
        message = "本人编制或送审的信息不能由本人审批，请由另一名审批人办理。"
        return Refused("release.own_work", message, current.basis)
    if actor in release.deciders:
        message = "您已办理过前一环节，不能一人连过两个环节，请由另一名审批人办理。"
        return Refused("release.two_stages", message, current.basis)
    return Allowed()


def may_pass(release: ReleaseState, acknowledged: Collection[str]) -> Verdict:
    """Say whether the stage may pass: demands without a legal basis must each have been seen (S24)."""
    unseen = [text for text in release.unfounded if text not in acknowledged]
    if unseen:
        message = f"以下条件、环节或材料没有注明依据：{'、'.join(unseen)}。请退回补注依据，或逐项确认已知悉。"
        return Refused("release.unfounded", message, "行政许可法@2019:16")
    return Allowed()


def may_return(release: ReleaseState, opinion: str) -> Verdict:
    """Say whether the stage may be returned: the reason is what the author works from."""
    if not opinion.strip():
        return Refused("release.no_reason", "退回须写明理由。", release.current.basis)
    return Allowed()


def may_submit(*, sealed: bool, in_review: bool, changed: bool = False) -> Verdict:
    """Say whether a version may be handed in: once, and one version of an entry at a time."""
    if in_review:
        return Refused("release.pending", "这一条目已有版本在审批中，不能重复送审。", "国办发118号@2018")
    if sealed:
        return Refused("release.sealed", "这一版已经送审过；修改后请以新版送审。", "国办发118号@2018")
    if changed:
        message = "您打开之后，别人已保存过这一条目。请重新打开，核对最新内容后再送审。"
        return Refused("release.changed", message, "国办发118号@2018")
    return Allowed()


def may_withdraw(*, current: bool, reason: str) -> Verdict:
    """Say whether a published entry may be withdrawn: it is current, and the public learns why."""
    if not current:
        return Refused("publication.not_current", "该版本已被替代或已撤回。", "行政处罚法@2021:48")
    if not reason.strip():
        return Refused("publication.no_reason", "撤回须公开说明理由。", "行政处罚法@2021:48")
    return Allowed()


def may_confirm(*, answered: bool, own: bool, passed: bool, opinion: str, basis: str) -> Verdict:
    """Say whether an approver may confirm or return an adjustment: once, not one's own, a return with the reason."""
    if answered:
        return Refused("adjustment.answered", "这次动态调整已经确认公开或者退回。", basis)
    if not passed and not opinion.strip():
        return Refused("adjustment.no_opinion", "退回须写明意见。", basis)
    if own:
        message = "本人登记的动态调整不能由本人确认公开，请由另一名审批人办理。"
        return Refused("adjustment.own_work", message, basis)
    return Allowed()


def may_rest_on(basis: str) -> Verdict:
    """Say whether a basis that the public will read names something that can be looked up.

    A law's key, a clause of the agency's source, or the document itself by its title or number; several by commas.
    """
    parts = [part.strip() for part in re.split(r"[、,，;；\n]", basis) if part.strip()]
    vague = [part for part in parts if not any(form.fullmatch(part) for form in (BASIS_KEY, SOURCE_CLAUSE, DOCUMENT))]
    if vague or not parts:
        named = f"“{vague[0][:40]}”" if vague else "空白"
        message = f"依据应写引用键（如 行政处罚法@2021:48）、条款（如 公5），或《文件名称》、文号；现为{named}。"
        return Refused("basis.vague", message, "国办发118号@2018")
    return Allowed()


def joined(keys: Iterable[str], limit: int = BASIS_LIMIT) -> str:
    """Return keys in one line, whole ones only; what does not fit is counted."""
    kept: list[str] = []
    every = list(keys)
    for key in every:
        rest = f"等 {len(every)} 条"
        if len("、".join([*kept, key])) > limit - (len(rest) if len(kept) + 1 < len(every) else 0):
            return "、".join(kept) + rest
        kept.append(key)
    return "、".join(kept)


def broader_keys(article: str) -> list[str]:
    """Return the article that a paragraph or item belongs to, step by step outwards."""
    found: list[str] = []
    while (outer := _PARAGRAPH.sub("", article)) != article:
        found.append(outer)
        article = outer
    return found


def rests_on(cited: Collection[str], article: str) -> bool:
    """Say whether citations touch an article: itself, a paragraph of it, or the whole that it is a paragraph of."""
    whole = {article, *broader_keys(article)}
    return any(key in whole or key.startswith(f"{article}(") for key in cited)


@dataclass(frozen=True, slots=True)
class OpenAdjustment:
    """What an open adjustment asks of an entry: the kind, its article (empty for a moved function), when it came."""

    kind: str  # amended, repealed, function
    article: str
    opened_at: datetime


def fulfils(open_one: OpenAdjustment, *, cited: Collection[str], written_at: datetime, adjusted: bool) -> bool:
    """Say whether publishing a version does what an adjustment asked (D10).

    What was written before cannot have taken it in. Without the article the entry no longer rests on what changed;
    with a repealed one it still does; otherwise whoever handed it in must have said that it was revised accordingly.
    """
    if open_one.opened_at > written_at:
        return False
    if open_one.article and not rests_on(cited, open_one.article):
        return True
    return adjusted and open_one.kind != "repealed"


def unfounded_lines(
    register: Register, data: Mapping[str, Any], public: Mapping[str, Any] | None, guarded: Collection[str] = ()
) -> list[str]:
    """Return the conditions, stages and materials that cite no article and were not public before (S24, XLT二).

    A running text cannot say which of its demands rests on what: where it is guarded, every change of it is named.
    """
    found: list[str] = []
    for field in register.fields:
        if field.type in {"text", "longtext"} and field.id in {*GUARDED_TEXTS, *guarded}:
            found += _changed_text(field, data, public or {})
        if field.type != "lines":
            continue
        before = {line["text"] for line in (public or {}).get(field.id) or []}
        found += [
            f"{field.label}：{line['text']}"
            for line in data.get(field.id) or []
            if not line["basis"] and line["text"] not in before
        ]
    return found


def _changed_text(field: FieldDef, data: Mapping[str, Any], public: Mapping[str, Any]) -> list[str]:
    text = " ".join(str(data.get(field.id) or "").split())
    if not text or text == " ".join(str(public.get(field.id) or "").split()):
        return []
    return [f"{field.label}：{text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + '…'}（内容有变动）"]


def public_fields(register: Register, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the public may read of an entry: the fields the pack calls public, no others."""
    return {field.id: data[field.id] for field in register.fields if field.public and field.id in data}


def entrustment_unfiled(data: Mapping[str, Any]) -> bool:
    """Say whether a body enforces by entrustment and its letter of entrustment is not known to be filed (D4, RZ表6)."""
    return data.get("body_type") == ENTRUSTED and data.get("entrustment_filed") is not True


def public_definitions(register: Register) -> list[dict[str, str]]:
    """Return id, label and type of the public fields, to be kept with what is published."""
    return [{"id": field.id, "label": field.label, "type": field.type} for field in register.fields if field.public]


def search_text(register: Register, data: Mapping[str, Any]) -> str:
    """Return the words under which an entry is found."""
    words: list[str] = []
    for field in register.fields:
        value = data.get(field.id)
        if field.type == "file":
            continue
        if isinstance(value, list):
            words += [item["text"] if isinstance(item, dict) else str(item) for item in value]
        elif value is not None and not isinstance(value, bool):
            words.append(str(value))
    return "\n".join(words)


def category_of(data: Mapping[str, Any]) -> str:
    """Return the category by which lists are filtered; several are joined."""
    value = data.get("category", "")
    return "、".join(value) if isinstance(value, list) else str(value)
