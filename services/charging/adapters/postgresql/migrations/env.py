"""Alembic's environment; `services.charging.adapters.postgresql.schema` gives the connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
