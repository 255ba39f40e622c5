"""Plain names for what the engine knows by a word: solutions, works, kinds of house, reasons."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Names = dict[str, Promise]

SOLUTIONS: Names = {
    "gas_boiler": _("nieuwe gasketel"),
    "hybrid_heat_pump": _("warmtepomp samen met een gasketel (hybride)"),
    "air_heat_pump": _("warmtepomp op buitenlucht"),
    "ground_heat_pump": _("warmtepomp met warmte uit de bodem"),
    "high_temperature_heat_pump": _("warmtepomp voor warme radiatoren"),
    "collective_gas_boiler": _("één gasketel voor het hele gebouw"),
    "collective_heat_pump": _("één warmtepomp voor het hele gebouw"),
    "network_high": _("warmtenet"),
    "network_middle": _("warmtenet"),
    "network_low": _("warmtenet op lage temperatuur"),
    "network_ambient": _("bronnet met een warmtepomp in huis"),
}
NETWORKS = ("network_high", "network_middle", "network_low", "network_ambient")
KINDS: Names = {
    "terraced": _("rijhuis"),
    "semi_detached": _("halfopen huis"),
    "detached": _("vrijstaand huis"),
    "apartment_building": _("appartement"),
}
PERIODS: Names = {
    "to_1945": _("tot 1945"),
    "1946_1970": _("1946 tot 1970"),
    "1971_1990": _("1971 tot 1990"),
    "1991_2005": _("1991 tot 2005"),
    "2006_2011": _("2006 tot 2011"),
    "from_2012": _("vanaf 2012"),
}
HEATINGS: Names = {
    "gas": _("gasketel"),
    "oil": _("stookolie"),
    "direct_electric": _("elektrische verwarming"),
    "heat_pump": _("warmtepomp"),
    "heat_network": _("warmtenet"),
}
MEASURES: Names = {
    "roof": _("dak isoleren"),
    "roof_deep": _("dak dik isoleren"),
    "wall_cavity": _("spouw vullen"),
    "wall_external": _("gevel langs buiten isoleren"),
    "floor": _("vloer isoleren"),
    "glazing": _("nieuwe ramen"),
    "glazing_deep": _("nieuwe ramen met geïsoleerd kader"),
    "ventilation_exhaust": _("ventilatie die lucht afzuigt"),
    "ventilation_balanced": _("ventilatie die warmte terugwint"),
    "low_temperature_emitters": _("grotere radiatoren"),
    "emitters": _("grotere radiatoren"),
}
PACKAGES: Names = {
    "as_is": _("geen"),
    "low_temperature_emitters": _("grotere radiatoren"),
    "light_renovation": _("lichte isolatie"),
    "medium_renovation": _("isolatie van een groot deel"),
    "deep_renovation": _("isolatie van bijna alles"),
}
TENURES: Names = {
    "owner": _("eigenaar die er zelf woont"),
    "private_tenant": _("huurder bij een particulier"),
    "social_tenant": _("huurder bij een woonmaatschappij"),
}
DIRECTIONS: Names = {
    "network": _("warmtenet"),
    "individual": _("eigen warmtepomp per gebouw"),
    "mixed": _("deel warmtenet, deel eigen warmtepomp"),
    "unknown": _("nog niet te zeggen"),
}
REASONS: Names = {
    "density.below_0.5": _("De huizen staan ver uit elkaar. Een buis voor warmte is hier lang voor weinig huizen."),
    "density.0.5_to_1.0": _("Er is wat warmte nodig per meter straat, maar niet veel."),
    "density.1.0_to_1.5": _("Er is veel warmte nodig per meter straat. Dat past bij een warmtenet."),
    "density.from_1.5": _("Er is erg veel warmte nodig per meter straat. Dat past goed bij een warmtenet."),
    "network.pays": _("In dit plan is een warmtenet in de wijk voor iedereen samen goedkoper dan geen net."),
    "network.too_dear": _("Een warmtenet is onderzocht. Het is in dit plan duurder dan geen net."),
    "network.no_worth": _("Een warmtenet is onderzocht. Geen enkel gebouw wint erbij."),
    "network.no_source": _("Een warmtenet is niet onderzocht: we kennen nog geen bron van warmte."),
    "network.no_streets": _("Een warmtenet is niet onderzocht: de kaart van de straten ontbreekt."),
    "source_assumed": _("De bron van de warmte is een aanname. Is ze er niet, dan verandert deze richting."),
    "cheapest_heat_pump": _(
        "Voor de meeste gebouwen hier is een eigen warmtepomp de goedkoopste manier om zonder gas te verwarmen."
    ),
    "fossil": _("Dit plan laat hier nog gas toe. Het zegt dus niet wat er na het gas komt."),
    "dense_unassessed": _("Een warmtenet kan hier passen. Zonder onderzoek kiezen we niet in uw plaats."),
}
NETWORK_PARTS: Names = {
    "nearly_all": _("bijna alle gebouwen in de straat sluiten in dit plan aan"),
    "most": _("meer dan de helft van de gebouwen in de straat sluit in dit plan aan"),
    "some": _("minder dan de helft van de gebouwen in de straat sluit in dit plan aan"),
    "none": _("geen gebouw in de straat sluit in dit plan aan"),
    "unsaid": _("niet onderzocht"),
}
STANDINGS: Names = {
    "official": _("officieel"),
    "secondary": _("uit tweede hand"),
    "unverified": _("niet nagegaan"),
}
