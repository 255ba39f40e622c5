"""What the database itself refuses: changing or removing an entry of the log."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"
REFUSAL = "the log cannot be rewritten"

FORBID: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS audit_entry_no_{act} BEFORE {act.upper()} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for act in ("update", "delete")
    ),
    "postgresql": (
        f"CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        f"CREATE OR REPLACE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
        f"CREATE OR REPLACE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    ),
}
ALLOW: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS audit_entry_no_{act}" for act in ("update", "delete")),
    "postgresql": (
        f"DROP TRIGGER IF EXISTS audit_entry_no_change ON {TABLE}",
        f"DROP TRIGGER IF EXISTS audit_entry_no_truncate ON {TABLE}",
        "DROP FUNCTION IF EXISTS audit_entry_refuse()",
    ),
}


def forbid(connection: BaseDatabaseWrapper) -> None:
    """From now on the database refuses to change or remove entries."""
    _run(connection, FORBID[connection.vendor])


def allow(connection: BaseDatabaseWrapper) -> None:
    """Lift the refusal: for the way back of the migration, and for tests that empty the database."""
    _run(connection, ALLOW[connection.vendor])


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
