"""The database refuses to change or remove entries of the log."""

from django.db import migrations

from koppelkans.web.audit import triggers


def forbid(apps, schema_editor):
    triggers.forbid(schema_editor.connection)


def allow(apps, schema_editor):
    triggers.allow(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
