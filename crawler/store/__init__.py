"""The tables of what was seen, the engine that opens them, statements in bulk, migrations.

Face: ``tables.open_store``, ``tables.Base``, ``bulk.execute_many``, ``migrate.migrate``.
"""
