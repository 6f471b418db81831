"""One round of review after another: package, opinion with its findings and items, answers, coordination."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.dossiers.models import Case, CaseFile, Discussion, Evidence, Paper, Proposal
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Conclusion(models.TextChoices):
    """What an opinion comes to. Only the first lets the case go on."""

    AGREE = "agree", "同意"
    PROBLEMS = "problems", "存在问题"
    OUT_OF_AUTHORITY = "out_of_authority", "超越法定权限"
    TRANSFER = "transfer", "应当移送"


class Review(models.Model):
    """One round of legality review of a case (送审). All rounds stay side by side; the last one counts.

    grounds: the rows of the catalogue that fired, `[{"ground": …, "basis": […]}]`, as they were at submission.
    """

    class State(models.TextChoices):
        """Where a round stands."""

        SUBMITTED = "submitted", "待核对材料"
        INCOMPLETE = "incomplete", "材料不齐，待补充"
        REVIEWING = "reviewing", "审核中"
        ANSWERING = "answering", "待承办机构研究"
        DISPUTED = "disputed", "待协调"
        RETURNED = "returned", "按意见修改"
        PASSED = "passed", "审核通过"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews", verbose_name="案件")
    number = models.PositiveSmallIntegerField("轮次")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送审的处理意见"
    )  # none: coercion, which has none before its approval
    grounds = models.JSONField("审核事由")
    note = models.CharField("送审说明", max_length=2000, blank=True)
    truth_stated = models.BooleanField("声明材料真实、准确、完整")
    submitted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="送审人")
    submitted_at = models.DateTimeField("送审时间")
    complete_on = models.DateField("材料齐全日期", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.SUBMITTED)

    class Meta:
        verbose_name = "法制审核"
        ordering = ["case", "number"]
        indexes = [models.Index(fields=["agency", "state", "-submitted_at"], name="review_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["agency", "case", "number"], name="review_round_once"),
            models.CheckConstraint(
                condition=Q(truth_stated=True),
                name="review_states_truth",
                violation_error_message="送审须声明材料真实、准确、完整。",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 轮法制审核"


class ReviewMaterial(models.Model):
    """A named material of a round with its hash. A supplement adds a row; of one name the last counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="materials", verbose_name="法制审核")
    material = models.CharField("材料编号", max_length=80)
    name = models.CharField("材料名称", max_length=120)
    held = models.CharField("案卷中的内容", max_length=500)
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书"
    )
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    signed = models.BooleanField("有签章", default=False)
    lacking = models.CharField("须补充的内容", max_length=500, blank=True)
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提交人")
    added_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "送审材料"
        ordering = ["review", "added_at", "id"]

    def __str__(self) -> str:
        return self.name


class SupplementRequest(models.Model):
    """Something asked for while the review runs: its period stands still until it is handed in, by the real days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="requests", verbose_name="法制审核")
    text = models.CharField("须补充的材料", max_length=2000)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="要求人")
    asked_at = models.DateTimeField("要求时间")
    answer = models.CharField("补充情况", max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="补充人"
    )
    answered_at = models.DateTimeField("补充时间", null=True, blank=True)

    class Meta:
        verbose_name = "补充材料要求"
        ordering = ["review", "asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "review"], condition=Q(answered_at__isnull=True), name="supplement_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.text


class ReviewOpinion(models.Model):
    """A written opinion, by the reviewer who signed in. `seals`: of each field of the decision the hash it is about."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="opinions", verbose_name="法制审核")
    number = models.PositiveSmallIntegerField("次序")
    conclusion = models.CharField("审核结论", max_length=20, choices=Conclusion.choices)
    text = models.TextField("审核意见", max_length=20000)
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="审核人")
    qualification = models.CharField("审核人资格", max_length=300)
    seals = models.JSONField("所审内容的哈希值")
    seal = models.CharField("所审内容的总哈希值", max_length=64)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+", verbose_name="审核意见书")
    made_at = models.DateTimeField("出具时间")

    class Meta:
        verbose_name = "法制审核意见"
        ordering = ["review", "number"]
        constraints = [models.UniqueConstraint(fields=["agency", "review", "number"], name="opinion_number_once")]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()}（第 {self.number} 次意见）"


class ElementFinding(models.Model):
    """What was found of one element of the list (审核要素), and the document or evidence that it speaks of."""

    class Finding(models.TextChoices):
        """An element is in order, is not, or does not arise."""

        OK = "ok", "符合"
        PROBLEM = "problem", "存在问题"
        NOT_HERE = "not_here", "不涉及"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    opinion = models.ForeignKey(ReviewOpinion, on_delete=models.PROTECT, related_name="findings", verbose_name="意见")
    element = models.CharField("要素编号", max_length=80)
    order = models.PositiveSmallIntegerField("次序")
    text = models.CharField("审核要素", max_length=120)
    finding = models.CharField("审核结果", max_length=10, choices=Finding.choices)
    note = models.CharField("说明", max_length=2000, blank=True)
    cited = models.CharField("引用条文", max_length=200, blank=True)
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所指文书"
    )
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所指证据"
    )

    class Meta:
        verbose_name = "要素审核结果"
        ordering = ["opinion", "order"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "opinion", "element"], name="element_once_per_opinion"),
            models.CheckConstraint(
                condition=~Q(finding="problem") | ~Q(note=""),
                name="problem_is_explained",
                violation_error_message="存在问题的要素须写明说明。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.get_finding_display()}"


class OpinionItem(models.Model):
    """A numbered problem of an opinion, and what the handling unit did about it."""

    class Answer(models.TextChoices):
        """Taken up, or not and why."""

        ADOPTED = "adopted", "采纳"
        NOT_ADOPTED = "not_adopted", "不采纳"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    opinion = models.ForeignKey(ReviewOpinion, on_delete=models.PROTECT, related_name="items", verbose_name="意见")
    number = models.PositiveSmallIntegerField("序号")
    element = models.CharField("要素编号", max_length=80)
    problem = models.CharField("问题", max_length=2000)
    answer = models.CharField("处理", max_length=12, choices=Answer.choices, blank=True)
    reason = models.CharField("处理说明", max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    answered_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = "审核意见问题"
        ordering = ["opinion", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "opinion", "number"], name="item_number_once"),
            models.CheckConstraint(
                condition=~Q(answer="not_adopted") | ~Q(reason=""),
                name="refusal_gives_reason",
                violation_error_message="不采纳的须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}．{self.problem}"


class Coordination(models.Model):
    """How a disagreement was settled (协调): by whom, with which minutes and votes. It never replaces a passed review.

    discussion: where it was settled together, the meeting with attendance, votes and dissent.
    """

    class Manner(models.TextChoices):
        """Who settled it."""

        LEADER = "leader", "主要负责人协调"
        COLLECTIVE = "collective", "负责人集体讨论"

    class Result(models.TextChoices):
        """Do as the opinion says, or let the reviewing body look again with what was settled before it."""

        FOLLOW = "follow", "按审核意见处理"
        AGAIN = "again", "重新审核"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    opinion = models.OneToOneField(
        ReviewOpinion, on_delete=models.PROTECT, related_name="coordination", verbose_name="有异议的意见"
    )
    manner = models.CharField("方式", max_length=12, choices=Manner.choices)
    held_on = models.DateField("协调日期")
    discussion = models.ForeignKey(
        Discussion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="集体讨论"
    )
    minutes = models.TextField("协调经过", max_length=20000)
    result = models.CharField("协调结果", max_length=10, choices=Result.choices)
    grounds = models.TextField("最终处理依据", max_length=20000)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+", verbose_name="协调记录")
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="协调人")
    decided_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "审核分歧协调"
        ordering = ["decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(manner="collective") & Q(discussion__isnull=False))
                | (Q(manner="leader") & Q(discussion__isnull=True)),
                name="collective_has_its_meeting",
                violation_error_message="集体讨论须有讨论记录。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_manner_display()}：{self.get_result_display()}"


class ReviewCall(models.Model):
    """A case that the legal office called in although its handler found nothing to review (调取审核)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="review_call", verbose_name="案件")
    reason = models.CharField("理由", max_length=1000)
    called_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="调取人")
    called_at = models.DateTimeField("调取时间")

    class Meta:
        verbose_name = "调取审核"
        ordering = ["-called_at", "-id"]

    def __str__(self) -> str:
        return self.reason
