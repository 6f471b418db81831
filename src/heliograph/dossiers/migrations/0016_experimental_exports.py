"""Two more ways in which a dossier is taken out, both experimental."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0015_substitution")]

    operations = [
        migrations.AlterField(
            model_name="retrievalreading",
            name="form",
            field=models.CharField(
                choices=[
                    ("catalogue", "查看目录"),
                    ("page", "查看案件页"),
                    ("view", "在线阅读"),
                    ("copy", "下载水印副本"),
                    ("pdf", "导出 PDF"),
                    ("zip", "导出数据包"),
                    ("xml", "导出 XML 封装包（试验）"),
                    ("ofd", "导出 OFD（试验）"),
                ],
                max_length=10,
                verbose_name="方式",
            ),
        ),
    ]
