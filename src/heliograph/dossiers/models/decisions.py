"""What is proposed, what is decided, and how it was served (处理意见、决定、送达)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case
from heliograph.dossiers.models.proceedings import Discussion, Notice, Paper
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Penalty(models.TextChoices):
    """The fourteen kinds of penalty (行政处罚法9), in the order of the statute."""

    WARNING = "warning", "警告"
    CRITICISM = "criticism", "通报批评"
    FINE = "fine", "罚款"
    CONFISCATE_INCOME = "confiscate_income", "没收违法所得"
    CONFISCATE_PROPERTY = "confiscate_property", "没收非法财物"
    SUSPEND_LICENCE = "suspend_licence", "暂扣许可证件"
    LOWER_GRADE = "lower_grade", "降低资质等级"
    REVOKE_LICENCE = "revoke_licence", "吊销许可证件"
    RESTRICT_BUSINESS = "restrict_business", "限制开展生产经营活动"
    STOP_BUSINESS = "stop_business", "责令停产停业"
    CLOSE = "close", "责令关闭"
    RESTRICT_EMPLOYMENT = "restrict_employment", "限制从业"
    DETENTION = "detention", "行政拘留"
    OTHER = "other", "其他行政处罚"


class Outcome(models.TextChoices):
    """What a proposal or a decision comes to, for penalties and for the other categories."""

    PENALTY = "penalty", "给予行政处罚"
    MINOR = "minor", "违法行为轻微，不予处罚"
    FIRST = "first", "初次违法危害后果轻微并及时改正，可以不予处罚"
    NO_FAULT = "no_fault", "当事人有证据足以证明没有主观过错，不予处罚"
    TIME_BARRED = "time_barred", "超过追责期限，不予处罚"
    NOT_ESTABLISHED = "not_established", "违法事实不能成立，不予处罚"
    CRIME = "crime", "涉嫌犯罪，移送司法机关"
    GRANTED = "granted", "准予"
    DENIED = "denied", "不予"
    CARRIED_OUT = "carried_out", "实施"
    NOTHING_FOUND = "nothing_found", "未发现问题"
    RECTIFY = "rectify", "责令改正"


class Annulment(models.TextChoices):
    """What became of a decision that did not stand (行政处罚法48): the public must not go on reading it."""

    REVOKED = "revoked", "撤销"
    CHANGED = "changed", "变更"
    UNLAWFUL = "unlawful", "确认违法"
    INVALID = "invalid", "确认无效"


class Terms(models.Model):
    """What is meted out: kinds and amounts (元). Shared by proposals and decisions, so that they can be compared."""

    outcome = models.CharField("处理结果", max_length=20, choices=Outcome.choices)
    kinds = ArrayField(models.CharField(max_length=30, choices=Penalty.choices), verbose_name="处罚种类", default=list)
    fine = models.DecimalField("罚款金额（元）", max_digits=16, decimal_places=2, default=0)
    confiscated = models.DecimalField("没收金额（元）", max_digits=16, decimal_places=2, default=0)
    levied = models.DecimalField("征收或者收费金额（元）", max_digits=16, decimal_places=2, default=0)
    other = models.CharField("其他内容", max_length=2000, blank=True)
    correction = models.CharField("责令改正的内容", max_length=1000, blank=True, default="")
    correct_by = models.DateField("改正期限", null=True, blank=True)
    facts = models.TextField("认定的事实和证据", max_length=20000)
    reasons = models.TextField("理由", max_length=20000)
    basis = ArrayField(models.CharField(max_length=200), verbose_name="依据", default=list)

    class Meta:
        abstract = True


class Proposal(Terms):
    """A version of what is to be done with a case (处理意见). The last one counts; earlier ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals", verbose_name="案件")
    number = models.PositiveSmallIntegerField("版次")
    benchmark = models.CharField("裁量基准", max_length=300, blank=True)
    benchmark_min = models.DecimalField("基准下限（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    benchmark_max = models.DecimalField("基准上限（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    benchmark_source = models.CharField("基准出处", max_length=300, blank=True)  # of one that was typed by hand
    benchmark_found = models.JSONField("基准表得出的阶次", default=dict, blank=True)  # see dossiers.benchmarks.Weighed
    deviation_reason = models.TextField("突破基准的理由", max_length=20000, blank=True)
    deviation_approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准突破基准的负责人"
    )
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    approved_at = models.DateTimeField("审批时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退回人"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_reason = models.TextField("退回理由", max_length=20000, blank=True, default="")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    made_at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = "处理意见"
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "case", "number"], name="proposal_numbered_once"),
            models.CheckConstraint(
                condition=Q(fine__gte=0, confiscated__gte=0, levied__gte=0), name="proposal_amounts_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}（第 {self.number} 版）"


class CollectedOnSpot(models.TextChoices):
    """On which ground officers themselves collect a fine (行政处罚法68、69)."""

    SMALL = "small", "法定限额以下的罚款"
    HARD = "hard", "不当场收缴事后难以执行"
    REMOTE = "remote", "边远、水上、交通不便地区，当事人缴纳确有困难并提出"


class Decision(Terms):
    """A decision as made (决定书). Its number is never used again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions", verbose_name="案件")
    number = models.CharField("文号", max_length=60)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所依据的处理意见"
    )
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事先告知"
    )
    discussion = models.ForeignKey(
        Discussion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="集体讨论"
    )
    on_the_spot = models.BooleanField("当场作出", default=False)
    decided_on = models.DateField("决定日期")
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="作出决定的负责人")
    decided_at = models.DateTimeField("登记时间")
    collecting_bank = models.CharField("代收机构", max_length=200, blank=True)
    collected_ground = models.CharField(
        "当场收缴的情形", max_length=10, choices=CollectedOnSpot.choices, blank=True
    )  # empty: paid to the bank
    surcharge = models.BooleanField("逾期加处罚款", default=False)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+", verbose_name="决定书")
    published_on = models.DateField("公示日期", null=True, blank=True)
    published_where = models.CharField("公示渠道", max_length=300, blank=True)
    remedies_told = models.CharField("告知的救济途径和期限", max_length=1000, blank=True)
    valid_to = models.DateField("有效期至", null=True, blank=True)  # of a permit
    certificate_kind = models.CharField("许可证件类型", max_length=40, blank=True)
    certificate_number = models.CharField("许可证件编号", max_length=80, blank=True)
    pay_days = models.PositiveSmallIntegerField("决定确定的履行期限（日）", null=True, blank=True)  # from receipt
    annulled_on = models.DateField("撤销、变更或者确认违法日期", null=True, blank=True)
    annulled_how = models.CharField("处理方式", max_length=20, choices=Annulment.choices, blank=True)
    annulled_reason = models.CharField("处理理由", max_length=1000, blank=True)
    fine_after = models.DecimalField("变更后的罚款金额（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    withdrawn_on = models.DateField("撤下公示日期", null=True, blank=True)
    corrected_on = models.DateField("改正核实日期", null=True, blank=True)
    corrected_how = models.CharField("改正情况", max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = "决定"
        ordering = ["case_id", "decided_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="decision_number_once"),
            models.CheckConstraint(
                condition=Q(fine__gte=0, confiscated__gte=0, levied__gte=0), name="decision_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(published_on__gte=F("decided_on")),
                name="decision_published_after_made",
                violation_error_message="公示日期不能早于决定日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Service(models.Model):
    """Service of a document (送达) by one of the seven methods, with its proof (行政处罚法61, 民事诉讼法87–95)."""

    class Method(models.TextChoices):
        """How a document reaches the party."""

        DIRECT = "direct", "直接送达"
        LEFT = "left", "留置送达"
        ELECTRONIC = "electronic", "电子送达"
        ENTRUSTED = "entrusted", "委托送达"
        POST = "post", "邮寄送达"
        FORWARDED = "forwarded", "转交送达"
        PUBLIC_NOTICE = "public_notice", "公告送达"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="services", verbose_name="案件")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="services", verbose_name="送达的文书")
    method = models.CharField("送达方式", max_length=20, choices=Method.choices)
    sent_on = models.DateField("发出日期")
    received_on = models.DateField("送达日期", null=True, blank=True)
    receiver = models.CharField("签收人", max_length=120, blank=True)
    relation = models.CharField("签收人与受送达人的关系", max_length=120, blank=True)
    refusal_reason = models.CharField("拒收事由", max_length=1000, blank=True)
    witness = models.CharField("见证人或者影像说明", max_length=300, blank=True)
    reason = models.CharField("采用公告送达的原因和经过", max_length=2000, blank=True)
    proof = models.ForeignKey(
        "dossiers.CaseFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达凭证"
    )
    first_server = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="送达人")
    second_server = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达人之二"
    )
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "送达"
        ordering = ["case_id", "sent_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(received_on__gte=F("sent_on")),
                name="service_received_after_sent",
                violation_error_message="送达日期不能早于发出日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.received_on or ''}"
