from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0007_student_email"),
    ]

    operations = [
        migrations.AlterField(
            model_name="connection",
            name="vendor",
            field=models.CharField(
                choices=[
                    ("ets", "ETS Score Report API"),
                    ("illuminate", "Illuminate"),
                    ("powerschool", "PowerSchool Enrollment"),
                ],
                default="ets",
                max_length=20,
                verbose_name="vendor",
            ),
        ),
    ]
