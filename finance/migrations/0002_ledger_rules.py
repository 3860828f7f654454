from django.db import migrations

from core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("finance", "0001_initial"), ("events", "0002_append_only")]

    operations = [
        append_only("finance_ledgerentry"),
        append_only("finance_ledgertransaction"),
        migrations.RunSQL(
            """
            CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM finance_ledgerentry WHERE transaction_id = NEW.transaction_id
                    GROUP BY currency HAVING SUM(amount) <> 0
                ) THEN
                    RAISE EXCEPTION 'ledger transaction % does not balance', NEW.transaction_id
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON finance_ledgerentry
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
            """,
            "DROP TRIGGER ledger_balanced ON finance_ledgerentry; DROP FUNCTION ledger_balanced();",
        ),
    ]
