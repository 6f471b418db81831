"""What may be done with a document, and the refusals with their articles. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from heliograph.documents.composing import Missing
from heliograph.kernel.verdict import Allowed, Refused, Verdict

RECORDING = "行政处罚法@2021:47"
NUMBERING = "GB/T 9704-2012:7.2.5"
SEALING = "电子签名法@2019:13"
LONGEST_REASON = 1000
LONGEST_NAME = 60
FORMS = "国办发118号@2018"
LONGEST_OPINION = 300
NO_ENGINE = (
    "本系统没有安装文字识别组件，不能自动比对扫描件。请系统管理员在安装目录运行 "
    ".venv/bin/pip install --require-hashes -r requirements-ocr.lock 后重新启动服务；"
    "在此之前，请人工核对扫描件与电子文书，核对页脚的指纹。"
)


def is_declared(kind: str, *, declared: bool) -> Verdict:
    """Say whether the pack has a form for a kind of document."""
    if declared:
        return Allowed()
    return Refused("document.unknown", f"规则包里没有“{kind}”的格式，请上传制作好的文件。", RECORDING)


def may_change(state: str) -> Verdict:
    """Say whether a document may still be changed or issued: only a draft may."""
    if state == "draft":
        return Allowed()
    message = "这份文书已经生成或者作废，不能再修改。需要更正的，请作废后重新制作。"
    return Refused("document.not_draft", message, RECORDING)


def is_complete(missing: Sequence[Missing]) -> Verdict:
    """Say whether every field that must be filled is; the refusal names each with its article."""
    if not missing:
        return Allowed()
    named = "、".join(_named(one) for one in missing)
    articles = next((one.basis for one in missing if one.basis), ())
    message = f"还不能生成文书，缺少：{named}。请补充后再生成；来自案件登记的内容请在案件里补充。"
    return Refused("document.incomplete", message, articles[0] if articles else RECORDING)


def _named(one: Missing) -> str:
    return f"{one.label}（{'、'.join(one.basis)}）" if one.basis else one.label


def not_drawn(why: str) -> Refused:
    """Say why the file of a document cannot be drawn."""
    return Refused("document.not_drawn", why, RECORDING)


def not_fit(why: str) -> Refused:
    """Say why a value cannot be kept."""
    return Refused("document.vague", why, RECORDING)


def is_fresh(rev: int | None, now: int) -> Verdict:
    """Say whether a draft is still as the form showed it."""
    if rev is None or rev == now:
        return Allowed()
    return Refused("document.stale", "他人刚刚修改了这份草稿。您填写的内容还在，请核对后再保存。", RECORDING)


def may_void(state: str, reason: str, *, used: bool) -> Verdict:
    """Say whether an issued document may be voided: not once a step has taken it, and only with a reason."""
    if state != "issued":
        return Refused("document.not_issued", "只有已生成的文书可以作废。", NUMBERING)
    if used:
        message = "这份文书已经用于办理环节，不能作废。文书有误的，依法更正或者撤销。"
        return Refused("document.used", message, RECORDING)
    if not reason.strip():
        return Refused("document.no_reason", "作废文书须写明理由。", NUMBERING)
    if len(reason.strip()) > LONGEST_REASON:
        return Refused("document.reason", f"理由最多 {LONGEST_REASON} 字，现为 {len(reason.strip())} 字。", NUMBERING)
    return Allowed()


def may_seal(state: str, *, sealed: bool, provided: bool) -> Verdict:
    """Say whether a document may be sealed: issued, not voided, once, and where somebody seals at all."""
    if not provided:
        message = "本系统没有接入电子印章。请在打印件上加盖实物印章后上传扫描件，或者请系统管理员接入印章服务器。"
        return Refused("document.no_seal", message, SEALING)
    if state == "draft":
        return Refused("document.not_issued", "草稿不能加盖电子印章，请先生成文书。", SEALING)
    if state != "issued":
        return Refused("document.not_issued", "这份文书已经作废，不能加盖电子印章。", SEALING)
    if sealed:
        return Refused("document.sealed", "这份文书已经加盖电子印章，不能重复加盖。", SEALING)
    return Allowed()


def not_sealed(why: str) -> Refused:
    """Say why no seal came."""
    return Refused("document.seal_failed", f"没有加盖电子印章：{why}", SEALING)


def may_sign(state: str, *, known: bool, signed: bool, signer: str, picture_fault: str) -> Verdict:
    """Say whether a signature may be captured: a place of the document, not signed as it stands, a name, a picture."""
    if state == "voided":
        return Refused("document.not_issued", "这份文书已经作废，不能签名。", RECORDING)
    if not known:
        return Refused("signature.unknown", "这份文书没有所选的签名处。请刷新页面后重新选择。", RECORDING)
    if signed:
        return Refused("signature.twice", "该处已经签名，文书内容没有变动，不必重复签名。", RECORDING)
    if not signer.strip():
        return Refused("signature.vague", "请填写签名人姓名。", RECORDING)
    if len(signer.strip()) > LONGEST_NAME:
        message = f"签名人姓名最多 {LONGEST_NAME} 字，现为 {len(signer.strip())} 字。"
        return Refused("signature.vague", message, RECORDING)
    if picture_fault:
        return Refused("signature.picture", picture_fault, RECORDING)
    return Allowed()


def may_compare(state: str, *, engine: bool, waiting: bool) -> Verdict:
    """Say whether a scan may be held against a document: issued, where scans can be read, one at a time."""
    if state != "issued":
        return Refused("document.not_issued", "只有已生成的文书可以与扫描件比对。", RECORDING)
    if not engine:
        return Refused("comparison.no_engine", NO_ENGINE, RECORDING)
    if waiting:
        return Refused("comparison.waiting", "这份文书的上一次比对还没有完成，请稍后再上传。", RECORDING)
    return Allowed()


def is_reviewed(*, passed: bool) -> Verdict:
    """Say whether a document that decides a case may be sealed as far as its legality review goes."""
    if passed:
        return Allowed()
    message = "本案应当进行法制审核，审核没有通过或者意见已经失效，决定文书不得加盖印章。"
    return Refused("review.not_passed", message, "行政处罚法@2021:58")


def may_propose_form(*, effective_from: date, on: date, former_from: date | None, reason: str) -> Verdict:
    """Say whether a form may be proposed, or approved, on a day to take effect on another."""
    if not reason.strip():
        return Refused("template.no_reason", "须写明修改模板的理由。", FORMS)
    if effective_from < on:
        message = f"施行日期不能早于批准之日：现为 {effective_from.isoformat()}，今天是 {on.isoformat()}。"
        return Refused("template.effective", message, FORMS)
    if former_from is not None and effective_from <= former_from:
        message = f"施行日期应晚于前一版本的施行日期 {former_from.isoformat()}。"
        return Refused("template.effective", message, FORMS)
    return _short("template.reason", "理由", reason)


def is_other_form(*, same: bool) -> Verdict:
    """Say whether a form differs from the one that it would replace."""
    if same:
        return Refused("template.same", "模板与现在使用的文本相同，不必提出。", FORMS)
    return Allowed()


def is_only_form(*, waiting: bool) -> Verdict:
    """Say whether no other form of the kind waits for approval."""
    if waiting:
        return Refused("template.pending", "该文书已有一个版本待批准，请先批准或者退回。", FORMS)
    return Allowed()


def may_settle_form(state: str, *, own: bool, opinion: str, passed: bool) -> Verdict:
    """Say whether a proposed form may be approved or returned: once, never by its proposer, returned with why."""
    if state != "proposed":
        return Refused("template.settled", "该模板版本已经批准或者退回。", FORMS)
    if passed and own:
        return Refused("template.own_work", "本人提出的模板不能由本人批准，请由另一名审核人员或者负责人办理。", FORMS)
    if not passed and not opinion.strip():
        return Refused("template.no_opinion", "退回须写明意见。", FORMS)
    return _short("template.opinion", "意见", opinion)


def _short(code: str, what: str, text: str) -> Verdict:
    length = len(text.strip())
    if length > LONGEST_OPINION:
        return Refused(code, f"{what}最多 {LONGEST_OPINION} 字，现为 {length} 字。", FORMS)
    return Allowed()
