from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("selection", "0004_what_is_due")]

    operations = [
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('letter', None), ('released_at__isnull', False), _connector='OR'), name='decision_letter_is_released'),
        ),
    ]
