from typing import Any

from django.db import migrations, models


def count(apps: Any, schema_editor: Any) -> None:
    """What was read before is counted from what is known of it; it is exact once it is judged or read again."""
    Document = apps.get_model("desk", "Document")
    for document in Document.objects.filter(state="read").annotate(decided=models.Count("judgements")).iterator():
        total = sum(n for name, n in document.counts.items() if name in {"error", "warning", "note"})
        Document.objects.filter(pk=document.pk).update(total=total, left=max(0, total - document.decided))
    # They are laid out otherwise now; what was decided hangs on the documents and stays.
    told = {"cause": "程序更新过", "remedy": "请再核对一次"}
    apps.get_model("desk", "Comparison").objects.filter(state="done").update(state="failed", **told)


def _columns(model: str) -> list[migrations.AddField]:
    return [
        migrations.AddField(model_name=model, name=name, field=models.PositiveIntegerField(default=0))
        for name in ("total", "left")
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0002_later_jobs'),
    ]

    operations = [
        *_columns("document"),
        *_columns("comparison"),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
