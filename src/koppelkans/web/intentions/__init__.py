"""Who signed, who is interested, who refused: a confidential register, and what follows for the network."""
