"""The same data for machines: /api/v1, OpenAPI 3.1."""
