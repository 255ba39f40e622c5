"""Pages without login for residents and those who help them: a street, a home, a tenant, a kitchen table. Nothing is stored."""
