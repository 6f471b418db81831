"""Publications of decisions and results: prepared from the case, released by a second person, withdrawn, expired."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from heliograph.documents.models import Document
from heliograph.dossiers.models import Case, Decision
from heliograph.duties.models import Duty
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Publication(models.Model):
    """The publication (公示) of one case on one occasion: what is being prepared, and where what was released stands.

    `lines` are the summary [[label, value], …] as it is prepared, `redactions` what was decided of each group;
    `source_sha256` is the case and its document as they were then, so that a later change is noticed at release.
    Number, decision, document and term are those of what was released once it is public; those of its correction wait
    in `drafted`, in text, so that nothing that nobody approved is shown or acted upon.
    """

    class Occasion(models.TextChoices):
        """What of a case is published: a decision and its closing are two publications (D17, D18, D20)."""

        DECISION = "decision", "执法决定"
        RESULT = "result", "检查或者办理结果"
        CLOSING = "closing", "结案情况"

    class Form(models.TextChoices):
        """How much the public reads."""

        FULL = "full", "全文"
        SUMMARY = "summary", "摘要"

    class State(models.TextChoices):
        """Where the publication stands before the public."""

        NEW = "new", "未公示"
        PUBLIC = "public", "公示中"
        WITHHELD = "withheld", "不予公开"
        WITHDRAWN = "withdrawn", "已撤回"
        EXPIRED = "expired", "公示期满"

    class Draft(models.TextChoices):
        """Where what is being prepared stands: the first publication, or a correction of a public one."""

        NONE = "", "—"
        PREPARING = "preparing", "拟制中"
        WAITING = "waiting", "待审"
        RETURNED = "returned", "已退回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="publications", verbose_name="案件")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="publications", verbose_name="决定"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公示的文书"
    )
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="publications", verbose_name="公示期限"
    )
    occasion = models.CharField("公示事由", max_length=10, choices=Occasion.choices)
    number = models.CharField("文号", max_length=60, blank=True)
    state = models.CharField("公示状态", max_length=10, choices=State.choices, default=State.NEW)
    draft = models.CharField("拟制状态", max_length=10, choices=Draft.choices, default=Draft.PREPARING, blank=True)
    version = models.PositiveIntegerField("公示版次", default=0)
    form = models.CharField("公示形式", max_length=10, choices=Form.choices, default=Form.FULL)
    lines = models.JSONField("摘要", default=list)
    redactions = models.JSONField("隐去处理", default=list)
    added = models.JSONField("拟制人补充隐去的内容", default=list)
    ground = models.CharField("不予公开情形", max_length=40, blank=True)
    examined = models.CharField("公开审查意见", max_length=500, blank=True)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    conceals = models.BooleanField("更正后不再显示原版本", default=False)
    source_sha256 = models.CharField("案件和文书内容哈希值", max_length=64)
    drafted = models.JSONField("拟制中的文号和期限", default=dict)
    authors = models.JSONField("拟制和送审的人", default=list)
    prepared_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="拟制人")
    prepared_at = models.DateTimeField("拟制时间")
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    answered_at = models.DateTimeField("审批时间", null=True, blank=True)
    return_reason = models.CharField("退回理由", max_length=500, blank=True)
    term_ends_on = models.DateField("公示期限届满日", null=True, blank=True)
    term_rule = models.CharField("公示期限的规定", max_length=200, blank=True)
    term_basis = models.CharField("公示期限的依据", max_length=200, blank=True)
    published_at = models.DateTimeField("首次公示时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_reason = models.CharField("撤回理由", max_length=300, blank=True)
    withdrawn_basis = models.CharField("撤回依据", max_length=200, blank=True)
    expired_at = models.DateTimeField("期满下架时间", null=True, blank=True)
    rev = models.PositiveIntegerField("修改次数", default=0)

    class Meta:
        verbose_name = "决定公示"
        ordering = ["agency", "-id"]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="publication_by_state"),
            models.Index(fields=["agency", "draft", "-id"], name="publication_by_draft", condition=~Q(draft="")),
            models.Index(fields=["term_ends_on", "id"], name="publication_by_term", condition=Q(state="public")),
        ]
        constraints = [
            # one that was withdrawn may be followed by another: a decision made anew is published anew
            models.UniqueConstraint(
                fields=["agency", "case", "occasion"],
                condition=~Q(state__in=["withdrawn", "expired"]),
                name="publication_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=~Q(state="public") | Q(published_at__isnull=False, version__gte=1),
                name="publication_public_has_version",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | (~Q(withdrawn_reason="") & ~Q(withdrawn_basis="") & Q(withdrawn_at__isnull=False)),
                name="publication_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="expired") | Q(expired_at__isnull=False, term_ends_on__isnull=False),
                name="publication_expired_has_term",
            ),
            models.CheckConstraint(
                condition=Q(term_ends_on__isnull=True) | ~Q(term_basis=""), name="publication_term_has_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.case_id} {self.get_occasion_display()}公示"

    @property
    def next_term_ends_on(self) -> date | None:
        """When the term ends that is being prepared; that of what was released where nothing is."""
        if not self.drafted:
            return self.term_ends_on
        return date.fromisoformat(self.drafted["term_ends_on"]) if self.drafted["term_ends_on"] else None

    @property
    def next_term_basis(self) -> str:
        """What sets the term that is being prepared."""
        return str(self.drafted["term_basis"]) if self.drafted else self.term_basis

    @property
    def shown_state(self) -> str:
        """What people read of it: where the draft stands while nothing is public yet, else where it stands."""
        if self.state == self.State.NEW:
            return self.get_draft_display()
        if self.draft:
            return f"{self.get_state_display()}，更正{self.get_draft_display()}"
        return self.get_state_display()


class PublicationVersion(models.Model):
    """What was released, as it was released. Rows are only added.

    `commitment` binds the unmasked original without telling it: SHA-256 over the salt and the text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="versions", verbose_name="公示")
    number = models.PositiveIntegerField("版次")
    form = models.CharField("公示形式", max_length=10, choices=Publication.Form.choices)
    lines = models.JSONField("摘要", default=list)
    original_sha256 = models.CharField("原文 SHA-256", max_length=64)
    salt = models.CharField("承诺盐值", max_length=64)
    commitment = models.CharField("原文承诺", max_length=64)
    masked_text = models.TextField("公示文本")
    masked_sha256 = models.CharField("公示文本 SHA-256", max_length=64)
    spans = models.JSONField("隐去位置", default=list)
    redactions = models.JSONField("隐去处理", default=list)
    policy = models.CharField("去隐私规则版本", max_length=64)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    prepared_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="拟制人")
    prepared_at = models.DateTimeField("拟制时间")
    released_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="发布审批人")
    released_at = models.DateTimeField("公示时间")

    class Meta:
        verbose_name = "公示版本"
        ordering = ["publication", "number"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="publication_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="publication_correction_has_reason"),
            models.CheckConstraint(
                condition=~Q(released_by=models.F("prepared_by")), name="publication_released_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Examination(models.Model):
    """The examination before disclosure (公开审查, 政府信息公开条例17): asked by one, decided by another."""

    class Outcome(models.TextChoices):
        """What the examination came to."""

        OPEN = "open", "可以公开"
        TREATED = "treated", "处理后公开"
        WITHHELD = "withheld", "不予公开"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="examinations", verbose_name="公示"
    )
    outcome = models.CharField("审查结论", max_length=10, choices=Outcome.choices)
    ground = models.CharField("不予公开情形", max_length=40, blank=True)
    reason = models.CharField("审查意见", max_length=500)
    basis = models.CharField("依据", max_length=200)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="审定人")
    decided_at = models.DateTimeField("审定时间")

    class Meta:
        verbose_name = "公开审查"
        ordering = ["publication", "decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decided_by=models.F("asked_by")), name="examination_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="withheld") | ~Q(ground=""), name="examination_withheld_names_ground"
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


class PublicDecision(models.Model):
    """What the public reads of one version of a publication: made at release, emptied when it may not be read any more.

    The portal reads this table alone. A row that is emptied keeps number and times, no content and no tokens.
    """

    class State(models.TextChoices):
        """Whether it may be read."""

        PUBLIC = "public", "公示中"
        FORMER = "former", "原版本"
        CONCEALED = "concealed", "已更正，不再显示"
        WITHDRAWN = "withdrawn", "已撤回"
        EXPIRED = "expired", "公示期满"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="shown", verbose_name="公示")
    number = models.PositiveIntegerField("版次")
    occasion = models.CharField("公示事由", max_length=10, choices=Publication.Occasion.choices)
    category = models.CharField("执法类别", max_length=120)
    document_number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("名称", max_length=300, blank=True)
    party = models.CharField("行政相对人", max_length=300, blank=True)
    decided_on = models.DateField("作出日期")
    published_at = models.DateTimeField("公示时间")
    term_ends_on = models.DateField("公示期限届满日", null=True, blank=True)
    lines = models.JSONField("摘要", default=list)
    text = models.TextField("文书文本", blank=True)
    marks = models.JSONField("隐去位置", default=list)
    masked_sha256 = models.CharField("公示文本 SHA-256", max_length=64, blank=True)
    tokens = ArrayField(models.IntegerField(), verbose_name="检索词", default=list)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PUBLIC)
    ended_at = models.DateTimeField("不再公示的时间", null=True, blank=True)

    class Meta:
        verbose_name = "公示内容"
        ordering = ["agency", "-published_at", "-id"]
        indexes = [
            models.Index(
                fields=["agency", "-published_at", "-id"], name="decision_newest_first", condition=Q(state="public")
            ),
            GinIndex(fields=["tokens"], name="decision_by_token"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="public_decision_once"),
            models.UniqueConstraint(
                fields=["publication"], condition=Q(state="public"), name="public_decision_one_current"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["public", "former"])
                | Q(title="", party="", text="", reason="", masked_sha256="", lines=[], marks=[], tokens=[]),
                name="public_decision_gone_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(state="public") | Q(tokens=[]), name="public_decision_found_while_public"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_number or self.publication_id}（第 {self.number} 版）"
