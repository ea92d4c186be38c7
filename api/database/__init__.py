"""State of the service: tables, migrations, repositories."""
