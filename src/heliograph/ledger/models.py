"""Records (存证), their place in the logs, and the signed states of the logs. Agency and actor are plain ids here.

What a record says and the salt that hides it lie in tables of their own: both can go under a legal ground while the
record, its leaf and every proof stay. All tables but `Pending`, `Staged`, `Log` and `Alarm` are append-only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7

HASH_BYTES = 32
SALT_BYTES = 32


class Tree(models.TextChoices):
    """The two logs of an installation."""

    PROCESS = "process", "过程存证"
    PUBLIC = "public", "公开存证"


class Record(models.Model):
    """One act, or one read of something sensitive: who, what, when, and the hash of the subject's former record."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tree = models.CharField("日志", max_length=10, choices=Tree.choices)
    kind = models.CharField("行为", max_length=60)
    agency_id = models.UUIDField("机关", null=True, blank=True)
    subject_kind = models.CharField("对象类别", max_length=60)
    subject_id = models.CharField("对象编号", max_length=60)
    number = models.PositiveIntegerField("对象内序号")
    prev = models.BinaryField("前一存证摘要", max_length=HASH_BYTES, null=True)
    actor_id = models.UUIDField("行为人", null=True, blank=True)
    at = models.DateTimeField("时间")
    ref = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="referring")
    leaf = models.BinaryField("日志条目")
    leaf_hash = models.BinaryField("条目摘要", max_length=HASH_BYTES)

    class Meta:
        verbose_name = "存证"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "subject_kind", "subject_id", "number"], name="record_once_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(number=1, prev__isnull=True) | Q(number__gt=1, prev__isnull=False), name="record_has_prev"
            ),
        ]
        indexes = [models.Index(fields=["agency_id", "-id"], name="record_by_agency")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.number}"


class RecordContent(models.Model):
    """The canonical manifest of a record, until it is erased."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="content")
    manifest = models.BinaryField("内容")

    class Meta:
        verbose_name = "存证内容"

    def __str__(self) -> str:
        return str(self.record_id)


class RecordSalt(models.Model):
    """The salt of a record's commitment; in no ordinary backup, so that a backup does not undo an erasure."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="salt")
    value = models.BinaryField("盐值", max_length=SALT_BYTES)

    class Meta:
        verbose_name = "存证盐值"

    def __str__(self) -> str:
        return str(self.record_id)


class RowShape(models.Model):
    """The columns that a digest of a table's rows was made over."""

    id = models.CharField("摘要", max_length=64, primary_key=True)
    table_name = models.CharField("数据表", max_length=63)
    columns = models.JSONField("列")

    class Meta:
        verbose_name = "数据列"

    def __str__(self) -> str:
        return f"{self.table_name} {self.id[:8]}"


class RecordedRow(models.Model):
    """The salted digest of a business row as an act left it; empty when the act removed the row."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="rows")
    table_name = models.CharField("数据表", max_length=63)
    row_id = models.CharField("行", max_length=60)
    digest = models.CharField("摘要", max_length=64, blank=True)
    shape = models.CharField("数据列", max_length=64)

    class Meta:
        verbose_name = "存证数据行"
        ordering = ["id"]
        indexes = [models.Index(fields=["table_name", "row_id", "-id"], name="row_latest_first")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


class Pending(models.Model):
    """A record that waits for its place in a log; read as a set, never by “later than the last seen”."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="pending")
    tree = models.CharField("日志", max_length=10, choices=Tree.choices)

    class Meta:
        verbose_name = "待入日志"

    def __str__(self) -> str:
        return str(self.record_id)


class Log(models.Model):
    """A log and where it stands: size, root and the hashes of its right edge, which the sequencer alone moves.

    Each tree has one open log; a new one follows every year and after a restored backup, and begins with the last
    signed state of the one before.
    """

    id = models.BigAutoField(primary_key=True)
    tree = models.CharField("日志", max_length=10, choices=Tree.choices)
    shard = models.CharField("分段", max_length=20)
    origin = models.CharField("日志名", max_length=200, unique=True)
    size = models.BigIntegerField("条目数", default=0)
    root = models.BinaryField("根摘要", max_length=HASH_BYTES)
    edge = models.BinaryField("右缘")
    opened_at = models.DateTimeField("启用时间")
    closed_at = models.DateTimeField("封存时间", null=True, blank=True)

    class Meta:
        verbose_name = "日志"
        ordering = ["tree", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tree", "shard"], name="shard_once"),
            models.UniqueConstraint(fields=["tree"], condition=Q(closed_at__isnull=True), name="one_open_log_per_tree"),
        ]

    def __str__(self) -> str:
        return self.origin


class Leaf(models.Model):
    """A record's place in its log."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="place")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="leaves", verbose_name="日志")
    index = models.BigIntegerField("位置")

    class Meta:
        verbose_name = "日志位置"
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="leaf_once")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.index}"


class LapsedLeaf(models.Model):
    """A place that no published checkpoint covered when its log was closed: the record has one in a later log."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="lapsed_places", verbose_name="存证")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="lapsed_leaves", verbose_name="日志")
    index = models.BigIntegerField("位置")

    class Meta:
        verbose_name = "失效的日志位置"
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="lapsed_leaf_once")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.index}"


class Staged(models.Model):
    """A resource of a log that is not yet known to be safe on disk."""

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="staged", verbose_name="日志")
    path = models.CharField("路径", max_length=120)
    data = models.BinaryField("内容")

    class Meta:
        verbose_name = "待写文件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.path


class LogKey(models.Model):
    """A public key that signs a log's checkpoints from a size on; its private half lies in the key directory."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="keys", verbose_name="日志")
    vkey = models.CharField("验证公钥", max_length=4000, unique=True)
    algorithm = models.CharField("算法", max_length=20)
    file_name = models.CharField("密钥文件", max_length=200, unique=True)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "日志密钥"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.vkey.rsplit("+", 1)[0]


class LogKeyRetirement(models.Model):
    """A key signs no more."""

    key = models.OneToOneField(LogKey, on_delete=models.PROTECT, primary_key=True, related_name="retirement")
    at = models.DateTimeField("停用时间")

    class Meta:
        verbose_name = "密钥停用"

    def __str__(self) -> str:
        return str(self.key)


class Checkpoint(models.Model):
    """A signed state of a log. Signed once: the same size always has the same root."""

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="checkpoints", verbose_name="日志")
    size = models.BigIntegerField("条目数")
    root = models.BinaryField("根摘要", max_length=HASH_BYTES)
    note = models.TextField("签名文本")
    signed_at = models.DateTimeField("签名时间")

    class Meta:
        verbose_name = "检查点"
        ordering = ["log", "-size"]
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="one_checkpoint_per_size")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.size}"


class Publication(models.Model):
    """A checkpoint that went out: the note with the cosignatures of enough witnesses."""

    checkpoint = models.OneToOneField(
        Checkpoint, on_delete=models.PROTECT, primary_key=True, related_name="publication"
    )
    note = models.TextField("签名文本")
    witnesses = models.PositiveSmallIntegerField("见证数")
    at = models.DateTimeField("发布时间")

    class Meta:
        verbose_name = "检查点发布"

    def __str__(self) -> str:
        return str(self.checkpoint)


class Erasure(models.Model):
    """The ground on which the content and the salt of a record were erased."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    ground = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    by_id = models.UUIDField("批准人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "存证内容删除"
        constraints = [
            models.CheckConstraint(condition=~Q(ground="") & ~Q(basis=""), name="erasure_has_ground_and_basis")
        ]

    def __str__(self) -> str:
        return self.ground


class Alarm(models.Model):
    """Something that should not be: a changed row, a refusing witness, a log that stands still. Open until settled."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("类别", max_length=40)
    key = models.CharField("对象", max_length=200)
    detail = models.CharField("说明", max_length=1000)
    raised_at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "存证告警"
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(settled_at__isnull=True), name="one_open_alarm_per_key"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=F("raised_at")), name="alarm_settled_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
