"""How pages look: base templates, words, palette, vendored scripts, and what every page shares."""
