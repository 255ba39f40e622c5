"""The log that cannot be rewritten: every change with who, what and when, chained by hash."""
