"""Measurements of the engine: each script prints a table on stderr and, with ``--json FILE``, writes a flat object of numbers."""
