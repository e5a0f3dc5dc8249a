"""Runs inside alembic: applies the versions on the connection that it is given."""

from alembic import context

LOCK = 0x62696C6C696E67
"""Of programs that start at the same time, one migrates and the others wait ("billing")."""

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
    context.run_migrations()
