"""After the decision: payment, deferral, demand, court; and what moves a case aside (中止、移送、复议诉讼)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case
from heliograph.dossiers.models.decisions import Decision
from heliograph.dossiers.models.proceedings import CaseFile, Paper
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Payment(models.Model):
    """A receipt of the collecting bank (罚缴分离): the system records it and never takes money itself (S10)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="payments", verbose_name="案件")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="payments", verbose_name="决定")
    amount = models.DecimalField("金额（元）", max_digits=16, decimal_places=2)
    surcharge = models.DecimalField("其中加处罚款（元）", max_digits=16, decimal_places=2, default=0)
    paid_on = models.DateField("缴款日期")
    bank = models.CharField("代收机构", max_length=200)
    receipt = models.CharField("票据号码", max_length=60)
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="票据"
    )
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "缴款"
        ordering = ["case_id", "paid_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "bank", "receipt"], name="receipt_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, surcharge__gte=0), name="payment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount} 元"


class Deferral(models.Model):
    """Leave to pay later or by instalments, asked for by the party and approved (行政处罚法66、72)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deferrals", verbose_name="案件")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="deferrals", verbose_name="决定")
    asked_on = models.DateField("申请日期")
    reason = models.CharField("理由", max_length=1000)
    plan = models.JSONField("分期计划")  # [{"on": date, "amount": decimal as text}]
    until_on = models.DateField("最后一期日期")
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="批准人")
    approved_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = "延期分期缴纳"
        ordering = ["case_id", "approved_at", "id"]

    def __str__(self) -> str:
        return f"延至 {self.until_on}"


class Demand(models.Model):
    """A written demand before execution (催告, 行政强制法35、54)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="demands", verbose_name="案件")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="demands", verbose_name="决定")
    served_on = models.DateField("送达日期")
    content = models.TextField("履行期限、方式和金额", max_length=20000)
    statement = models.TextField("当事人陈述申辩", max_length=20000, blank=True)
    perform_by = models.DateField("催告的履行期限", null=True, blank=True)  # before it is over nothing is enforced
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+", verbose_name="催告书")
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "催告"
        ordering = ["case_id", "served_on", "id"]

    def __str__(self) -> str:
        return f"{self.served_on} 催告"


class Substitution(models.Model):
    """Performance in the party's place (代履行, 行政强制法50–52): as it was decided, then as it was done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="substitutions", verbose_name="案件")
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="substitution", verbose_name="代履行决定"
    )
    performer = models.CharField("代履行人", max_length=200)
    method = models.CharField("代履行的方式", max_length=500)
    object = models.CharField("标的", max_length=500)
    budget = models.DecimalField("费用预算（元）", max_digits=16, decimal_places=2)
    planned_on = models.DateField("代履行之日")
    at_once = models.BooleanField("立即代履行", default=False)  # without a demand before (行政强制法52)
    performed_on = models.DateField("实施日期", null=True, blank=True)
    moved_reason = models.CharField("改期的理由", max_length=500, blank=True)
    cost = models.DecimalField("实际费用（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    cost_note = models.CharField("费用说明", max_length=500, blank=True)
    party_signer = models.CharField("签名的当事人或者见证人", max_length=120, blank=True)
    performer_signer = models.CharField("代履行人的签名人", max_length=120, blank=True)
    party_present = models.BooleanField("当事人在场", null=True, blank=True)
    told_on = models.DateField("事后通知当事人日期", null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "代履行"
        ordering = ["case_id", "registered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(performed_on__isnull=True) | Q(performed_on__gte=F("planned_on")),
                name="substitution_not_before_its_day",
                violation_error_message="代履行不能早于决定书写明的代履行之日。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.planned_on} 代履行"


class CourtApplication(models.Model):
    """An application to the court for execution (申请人民法院强制执行, 行政强制法53–55)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="court_applications", verbose_name="案件")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="court_applications", verbose_name="决定"
    )
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="+", verbose_name="催告")
    applied_on = models.DateField("申请日期")
    court = models.CharField("人民法院", max_length=120)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+", verbose_name="强制执行申请书")
    result = models.CharField("裁定和执行结果", max_length=1000, blank=True)
    result_on = models.DateField("结果日期", null=True, blank=True)
    number = models.CharField("法院案号", max_length=120, blank=True)
    recovered = models.DecimalField("执行到位金额", max_digits=16, decimal_places=2, null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "申请法院强制执行"
        ordering = ["case_id", "applied_on", "id"]

    def __str__(self) -> str:
        return f"{self.applied_on} {self.court}"


class Suspension(models.Model):
    """An interval that does not count: 中止, hearing, testing, public notice. Registered when it begins, never before.

    `from_on` and `to_on` are the first and the last day not counted.
    """

    class Kind(models.TextChoices):
        """Why the time does not count."""

        SUSPENDED = "suspended", "中止"
        HEARING = "hearing", "听证"
        TESTING = "testing", "检验、检测、检疫、鉴定"
        PUBLIC_NOTICE = "public_notice", "公告送达"
        EXPERT = "expert", "专家评审"
        CORRECTION = "correction", "补正材料"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions", verbose_name="案件")
    kind = models.CharField("情形", max_length=20, choices=Kind.choices)
    from_on = models.DateField("起始日")
    to_on = models.DateField("终止日", null=True, blank=True)
    reason = models.CharField("理由", max_length=1000)
    basis = models.CharField("依据", max_length=200)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "不计入期限的期间"
        ordering = ["case_id", "from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="suspension_ends_after_start",
                violation_error_message="终止日不能早于起始日。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.from_on}"


class Extension(models.Model):
    """An approved extension of a statutory period of the case (延长)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions", verbose_name="案件")
    duty_id = models.UUIDField("期限")
    limit = models.CharField("期限规则", max_length=80)
    length = models.PositiveSmallIntegerField("延长数")
    reason = models.CharField("理由", max_length=1000)
    basis = models.CharField("依据", max_length=200)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="批准人")
    approved_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = "延长期限"
        ordering = ["case_id", "approved_at", "id"]

    def __str__(self) -> str:
        return f"{self.limit} 延长 {self.length}"


class Transfer(models.Model):
    """A transfer to police or another body (移送): decided within 3 days, delivered within 24 hours (310号令)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers", verbose_name="案件")
    crime = models.BooleanField("涉嫌犯罪")
    to_body = models.CharField("受移送机关", max_length=120)
    reason = models.TextField("移送理由", max_length=20000)
    reported_on = models.DateField("报告日期")
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    delivered_at = models.DateTimeField("移交时间", null=True, blank=True)
    receipt = models.CharField("回执", max_length=200, blank=True)
    accepted_on = models.DateField("对方立案日期", null=True, blank=True)
    items_delivered_on = models.DateField("物品移交日期", null=True, blank=True)
    result = models.CharField("处理结果", max_length=1000, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "移送"
        ordering = ["case_id", "reported_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True)
                | Q(approved_at__isnull=False, delivered_at__gte=F("approved_at")),
                name="transfer_delivered_after_approval",
                violation_error_message="移送须先经批准。",
            )
        ]

    def __str__(self) -> str:
        return f"移送{self.to_body}"


class Remedy(models.Model):
    """A reconsideration or lawsuit against a decision, followed to its end (复议、诉讼, S9)."""

    class Kind(models.TextChoices):
        """Which remedy."""

        RECONSIDERATION = "reconsideration", "行政复议"
        LITIGATION = "litigation", "行政诉讼"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="remedies", verbose_name="案件")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="remedies", verbose_name="决定")
    kind = models.CharField("途径", max_length=20, choices=Kind.choices)
    body = models.CharField("复议机关或者人民法院", max_length=120)
    number = models.CharField("案号", max_length=60, blank=True)
    received_on = models.DateField("收到申请书或者起诉状副本日期")
    replied_on = models.DateField("答复或者答辩日期", null=True, blank=True)
    outcome = models.CharField("结果", max_length=300, blank=True)
    outcome_on = models.DateField("结果日期", null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "复议诉讼"
        ordering = ["case_id", "received_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome_on__isnull=True) | Q(outcome_on__gte=F("received_on")),
                name="remedy_ends_after_start",
                violation_error_message="结果日期不能早于收到日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.body}"
