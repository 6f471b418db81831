"""Rows of cases are put in the order of their cases by key: by the default order of cases each read joined two tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0004_paper_document"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="case",
            options={"ordering": ["agency_id", "-opened_on", "-id"], "verbose_name": "案件"},
        ),
        migrations.AlterModelOptions(
            name="caseevent",
            options={"ordering": ["case_id", "made_at", "id"], "verbose_name": "办案经过"},
        ),
        migrations.AlterModelOptions(
            name="casefile",
            options={"ordering": ["case_id", "uploaded_at", "id"], "verbose_name": "案件附件"},
        ),
        migrations.AlterModelOptions(
            name="citation",
            options={"ordering": ["case_id", "use", "key"], "verbose_name": "引用条文"},
        ),
        migrations.AlterModelOptions(
            name="clue",
            options={"ordering": ["agency_id", "-received_on", "id"], "verbose_name": "线索"},
        ),
        migrations.AlterModelOptions(
            name="courtapplication",
            options={"ordering": ["case_id", "applied_on", "id"], "verbose_name": "申请法院强制执行"},
        ),
        migrations.AlterModelOptions(
            name="decision",
            options={"ordering": ["case_id", "decided_on", "id"], "verbose_name": "决定"},
        ),
        migrations.AlterModelOptions(
            name="deferral",
            options={"ordering": ["case_id", "approved_at", "id"], "verbose_name": "延期分期缴纳"},
        ),
        migrations.AlterModelOptions(
            name="demand",
            options={"ordering": ["case_id", "served_on", "id"], "verbose_name": "催告"},
        ),
        migrations.AlterModelOptions(
            name="discussion",
            options={"ordering": ["case_id", "held_on", "id"], "verbose_name": "集体讨论"},
        ),
        migrations.AlterModelOptions(
            name="evidence",
            options={"ordering": ["case_id", "obtained_on", "id"], "verbose_name": "证据"},
        ),
        migrations.AlterModelOptions(
            name="extension",
            options={"ordering": ["case_id", "approved_at", "id"], "verbose_name": "延长期限"},
        ),
        migrations.AlterModelOptions(
            name="handover",
            options={"ordering": ["case_id", "decided_at", "id"], "verbose_name": "案件交接"},
        ),
        migrations.AlterModelOptions(
            name="hearing",
            options={"ordering": ["case_id", "requested_on", "id"], "verbose_name": "听证"},
        ),
        migrations.AlterModelOptions(
            name="inspection",
            options={"ordering": ["case_id"], "verbose_name": "行政检查"},
        ),
        migrations.AlterModelOptions(
            name="issuednumber",
            options={"ordering": ["series_id", "value"], "verbose_name": "编号"},
        ),
        migrations.AlterModelOptions(
            name="measure",
            options={"ordering": ["case_id", "registered_at", "id"], "verbose_name": "措施"},
        ),
        migrations.AlterModelOptions(
            name="notice",
            options={"ordering": ["case_id", "number"], "verbose_name": "事先告知"},
        ),
        migrations.AlterModelOptions(
            name="numberseries",
            options={"ordering": ["agency_id", "kind", "year"], "verbose_name": "编号序列"},
        ),
        migrations.AlterModelOptions(
            name="onsiteact",
            options={"ordering": ["case_id", "began_at", "id"], "verbose_name": "现场活动"},
        ),
        migrations.AlterModelOptions(
            name="paper",
            options={"ordering": ["case_id", "made_on", "id"], "verbose_name": "文书"},
        ),
        migrations.AlterModelOptions(
            name="party",
            options={"ordering": ["case_id", "id"], "verbose_name": "当事人"},
        ),
        migrations.AlterModelOptions(
            name="payment",
            options={"ordering": ["case_id", "paid_on", "id"], "verbose_name": "缴款"},
        ),
        migrations.AlterModelOptions(
            name="proposal",
            options={"ordering": ["case_id", "number"], "verbose_name": "处理意见"},
        ),
        migrations.AlterModelOptions(
            name="recusal",
            options={"ordering": ["case_id", "asked_on", "id"], "verbose_name": "回避"},
        ),
        migrations.AlterModelOptions(
            name="remedy",
            options={"ordering": ["case_id", "received_on", "id"], "verbose_name": "复议诉讼"},
        ),
        migrations.AlterModelOptions(
            name="service",
            options={"ordering": ["case_id", "sent_on", "id"], "verbose_name": "送达"},
        ),
        migrations.AlterModelOptions(
            name="statement",
            options={"ordering": ["case_id", "received_on", "id"], "verbose_name": "陈述申辩"},
        ),
        migrations.AlterModelOptions(
            name="stepdraft",
            options={"ordering": ["case_id", "step"], "verbose_name": "环节草稿"},
        ),
        migrations.AlterModelOptions(
            name="suspension",
            options={"ordering": ["case_id", "from_on", "id"], "verbose_name": "不计入期限的期间"},
        ),
        migrations.AlterModelOptions(
            name="transfer",
            options={"ordering": ["case_id", "reported_on", "id"], "verbose_name": "移送"},
        ),
    ]
