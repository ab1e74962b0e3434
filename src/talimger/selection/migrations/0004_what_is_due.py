"""Intakes that were opened before say what they ask of each method, and letters that were written say when they left."""

from django.db import migrations
from django.db.models import F

DESK, DAY, FINAL = 1, 2, 3
GATES = {"record": DESK, "exercise": DAY, "feedback": DAY, "interview": FINAL}
HIDDEN = ("written", "visual_planning")


def write_settings(apps, schema_editor):
    intake_model, method_model = apps.get_model("selection", "Intake"), apps.get_model("framework", "Method")
    setting_model, sheet_model = apps.get_model("selection", "MethodSetting"), apps.get_model("selection", "RatingSheet")
    for intake in intake_model._base_manager.all():
        methods = list(method_model._base_manager.filter(version_id=intake.framework_id))
        setting_model._base_manager.bulk_create(
            setting_model(
                programme_id=intake.programme_id,
                intake=intake,
                method=method,
                raters=1 if method.kind == "feedback" else intake.raters_per_sheet,
                gate=GATES[method.kind],
                hides_name=method.code in HIDDEN,
            )
            for method in methods
        )
        for kind, gate in GATES.items():
            sheet_model._base_manager.filter(intake=intake, method__kind=kind).update(gate=gate)
        # Decisions were taken on all evidence at once so far.
        intake_model._base_manager.filter(pk=intake.pk).update(phase="decision", gate=FINAL)
    decisions = apps.get_model("selection", "Decision")._base_manager
    decisions.filter(letter__isnull=False).update(released_at=F("decided_at"))


class Migration(migrations.Migration):
    dependencies = [("selection", "0003_by_the_matrix")]

    operations = [migrations.RunPython(write_settings, migrations.RunPython.noop)]
