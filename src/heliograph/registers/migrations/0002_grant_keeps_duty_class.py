"""A grant's class of duty is its account's: a composite foreign key, so that not even SQL can make them disagree."""

from django.db import migrations

ADD = """
ALTER TABLE registers_rolegrant
    ADD CONSTRAINT grant_duty_class_of_account
    FOREIGN KEY (account_id, duty_class) REFERENCES registers_account (id, duty_class)
    DEFERRABLE INITIALLY IMMEDIATE
"""
DROP = "ALTER TABLE registers_rolegrant DROP CONSTRAINT grant_duty_class_of_account"


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [migrations.RunSQL(ADD, DROP)]
