"""Neighbourhoods that are being planned: partners, roles, phase, documents, places and plans."""
