"""Pieces of SQL for migrations: what the database refuses by itself."""

from django.db import migrations


def composite_foreign_key(
    table: str, columns: str, target: str, target_columns: str, *, name: str
) -> migrations.RunSQL:
    """A row cannot point at another order's or seller's row, whatever the code does."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
        f"REFERENCES {target} ({target_columns}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def append_only(table: str) -> migrations.RunSQL:
    """UPDATE and DELETE are refused; TRUNCATE stays possible for tests."""
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER append_only ON {table}",
    )
