"""What a reader sees while a plan is made: the words of each step that ``make_plan`` names, in Dutch and in English."""

from __future__ import annotations

STEP_WORDS = {
    "demand": ("Warmtevraag en koude", "Demand for heat and cold"),
    "coincidence": ("Gelijktijdigheid", "Coincidence"),
    "renovations": ("Renovatieladder", "Renovation ladder"),
    "stop_insulating": ("Waar isoleren ophoudt", "Where insulating stops"),
    "hours": ("Uren van het gebied", "Hours of the place"),
    "supply": ("Warmtevoorziening van het net", "Heat supply of the network"),
    "robustness": ("Hoe vast het warmtenet ligt", "How firm the heat network is"),
    "epc": ("Energielabels", "Energy labels"),
    "orderings": ("Drie volgordes", "Three orderings"),
    "schedule": ("Werken per periode", "Works by period"),
    "data_value": ("Wat gegevens waard zijn", "What data are worth"),
    "prices": ("Energieprijzen", "Energy prices"),
    "support": ("Premies", "Premiums"),
    "options": ("Oplossingen per gebouw", "Solutions per building"),
    "network": ("Warmtenet", "Heat network"),
    "drawn_assets": ("Werken over veel lotingen", "Works over many draws"),
    "street_space": ("Straatruimte", "Street space"),
    "street": ("Werken in de straat", "Works in the street"),
    "choices": ("Keuze per gebouw", "Choice per building"),
    "line_density": ("Warmtedichtheid per straat", "Heat density by street"),
    "households": ("Voorbeeldgezinnen", "Typical households"),
    "bills": ("Facturen", "Bills"),
    "ledger": ("Grootboek", "Ledger"),
    "response": ("Gedrag onder de regels", "Response under the rules"),
    "indicators": ("Indicatoren", "Indicators"),
    "figures": ("Invloed van onzekere cijfers", "Influence of uncertain figures"),
}


def step_words(name: str, language: str = "nl") -> str:
    """What a step does, for a reader; its own name when it has no words."""
    dutch, english = STEP_WORDS.get(name, (name, name))
    return english if language == "en" else dutch
