"""The first page: what the plan says, with its map, its headline figures and what it does not say."""

from __future__ import annotations

from dataclasses import replace

from koppelkans import tables
from koppelkans.disclosure import TOTAL
from koppelkans.report.business import case_lines
from koppelkans.report.density import atlas_of, map_figure
from koppelkans.report.document import (
    Block,
    Bullets,
    Columns,
    Heading,
    KeyFigure,
    KeyFigures,
    Notice,
    Paragraph,
    Section,
    Text,
    inside,
    plain,
)
from koppelkans.report.labels import label_line
from koppelkans.report.ladder import renovation_line
from koppelkans.report.material import Material
from koppelkans.report.network import network_figure, verdict_text
from koppelkans.report.published_network import UNASSESSED, PublishedNetwork
from koppelkans.report.response import response_line
from koppelkans.report.solutions import solution_counts
from koppelkans.report.works_dividend import dividend_line

_SAME_SHARE = 0.005
_THOUSAND = 1_000.0


def summary_section(material: Material) -> Section:
    """The one-page summary."""
    words, notation, scenario = material.words, material.notation, material.plan.scenario
    heated = material.heated
    fossil = words("summary.without_fossil" if scenario.fossil_free else "summary.all_solutions")
    lead = words.rich(
        "summary.lead", place=material.plan.place.title, buildings=notation.number(len(heated)),
        dwellings=notation.number(heated["dwellings"].sum()), fossil=fossil,
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(lead, "lead"), *status_lines(material)]
    network = PublishedNetwork(material)
    drawn = _map(network)
    figures = _key_figures(material)
    if figures:
        blocks.append(Columns((drawn,), (KeyFigures(tuple(figures), words("page.method")),)))
    else:
        blocks += [Notice("warning", words("levels.warning"), plain(words("summary.too_small"))), drawn]
    blocks += [Heading(words("summary.meaning")), Bullets(tuple(_meaning(material))), _standing(material)]
    return Section("samenvatting", words("summary.title"), tuple(blocks))


_VERDICTS = {
    "pays": ("info", "summary.network_title_pays"), "too_dear": ("info", "summary.network_title_no"), "no_worth": ("info", "summary.network_title_no"),
}  # fmt: skip
"""How the line on the heat network is boxed and titled, by verdict; elsewhere it was not assessed."""


def status_lines(material: Material) -> list[Block]:
    """What was not assessed or stands in for something else: said before any figure."""
    words, place, scenario = material.words, material.plan.place, material.plan.scenario
    lines: list[Block] = []
    if place.country != "BE":
        text = words("summary.abroad", country=words.name("countries", place.country))
        lines.append(Notice("warning", words("summary.abroad_title"), plain(text)))
    network = PublishedNetwork(material)
    level, title = _VERDICTS.get(network.verdict, ("warning", "summary.network_title"))
    verdict = verdict_text(network)
    if network.verdict not in UNASSESSED:
        verdict = (*verdict, *plain(" "), *words.rich("summary.see_network"))
    lines.append(Notice(level, words(title), verdict))
    for source in scenario.sources:
        title = words("summary.source_title" if source.assumption else "summary.source_title_given")
        text = words(
            "summary.source", name=source.name, kw=material.notation.number(source.capacity_kw),
            supply=material.notation.number(source.supply_c), price=material.notation.number(source.price_eur_per_mwh), note=source.note,
        )  # fmt: skip
        lines.append(Notice("assumption" if source.assumption else "info", title, plain(text.strip())))
    return lines


def _key_figures(material: Material) -> list[KeyFigure]:
    words, notation = material.words, material.notation
    found: list[KeyFigure] = []
    unofficial = bool((material.printed("figures")["standing"] != "official").any())

    def add(name: str, value: str, band: str, method: str) -> None:
        basis = words("basis.computed_unofficial" if unofficial else "basis.computed")
        found.append(
            KeyFigure(words(f"key.{name}"), value, words(f"key.{name}_unit"), band, basis, f"methode-{method}")
        )

    heat = material.indicator("heat_demand_mwh")
    if heat:
        add("heat", notation.rounded(heat["value"]), _band(material, heat), heat["method"])
    now, after = material.indicator("co2_now_tonnes"), material.indicator("co2_after_tonnes")
    if now and after:
        spread = notation.band(after["low"], after["high"])
        band = words("key.co2_band", band=spread) if spread else words("key.no_band")
        add("co2", f"{notation.rounded(now['value'])} → {notation.rounded(after['value'])}", band, after["method"])
    investment = material.indicator("investment_meur")
    if investment:
        add("investment", notation.rounded(investment["value"]), _band(material, investment), investment["method"])
    before, society = material.indicator("society_now_keur_per_year"), material.indicator("society_after_keur_per_year")
    if before and society:
        low, high, value, reference = (
            row / _THOUSAND for row in (society["low"], society["high"], society["value"], before["value"])
        )
        spread = notation.band(low, high) or words("key.no_band")
        band = words("key.society_band", band=spread, now=notation.rounded(reference))
        add("society", notation.rounded(value), band, society["method"])
    outlay, most = material.indicator("owner_investment_median_eur"), material.indicator("owner_investment_p90_eur")
    if outlay and most:
        band = words("key.outlay_band", p90=notation.rounded(most["value"]))
        add("outlay", notation.rounded(outlay["value"]), band, outlay["method"])
    return found


def _band(material: Material, row: dict[str, object]) -> str:
    spread = material.notation.band(row["low"], row["high"])
    return material.words("key.band", band=spread) if spread else material.words("key.no_band")


def _meaning(material: Material) -> list[Text]:
    words = material.words
    lines: list[Text] = []
    lines += _main_solution(material)
    lines += _cost_lines(material)
    lines += [*renovation_line(material), *label_line(material)]
    on_network = _network_lines(material)
    lines += on_network
    if not on_network and not material.streets.empty:
        dense = int((material.streets["density_class"] == tables.DENSITY_CLASSES[-1]).sum())
        key = "summary.density" if dense else "summary.density_none"
        lines.append(words.rich(key, count=dense, streets=len(material.streets)))
    lines += dividend_line(material)
    lines += response_line(material)
    lines.append(words.rich("summary.tenant"))
    lines.append(words.rich("summary.model", metered=_metered(material)))
    return lines


def _network_lines(material: Material) -> list[Text]:
    """Whether the network that pays for society also adds up for the heat company."""
    network = PublishedNetwork(material)
    return case_lines(network)[:1] if network.publishable else []


def _cost_lines(material: Material) -> list[Text]:
    words, notation = material.words, material.notation
    lines: list[Text] = []
    now, after = material.indicator("society_now_keur_per_year"), material.indicator("society_after_keur_per_year")
    if now and after:
        change = after["value"] / now["value"] - 1 if now["value"] else 0.0
        key = "society_same" if abs(change) < _SAME_SHARE else "society_more" if change > 0 else "society_less"
        millions = {
            "now": notation.rounded(now["value"] / _THOUSAND),
            "after": notation.rounded(after["value"] / _THOUSAND),
        }
        spoken = words(f"summary.{key}", share=notation.share(abs(change)))
        lines.append(words.rich("summary.society", **millions, change=spoken))
    abatement = material.indicator("abatement_eur_per_tonne")
    if abatement and abatement["value"] > 0 and not PublishedNetwork(material).publishable:
        lines.append(words.rich("summary.abatement", amount=notation.rounded(abatement["value"], 2)))
    better = material.indicator("owners_better_off_share")
    if better:
        key = "summary.owners" if better["value"] > 0 else "summary.owners_none"
        day = notation.day(material.plan.scenario.reference_date)
        lines.append(words.rich(key, share=notation.share(better["value"]), day=day))
    return lines


def _main_solution(material: Material) -> list[Text]:
    if not material.publishable:
        return []
    found, titles = solution_counts(material, "solution")
    column = found.loc[TOTAL] if TOTAL in found.index else found.iloc[0]
    shown = column.reindex(list(titles)).dropna()
    whole = float(len(material.choices))
    if shown.empty:
        return []
    name = str(shown.idxmax())
    share = material.notation.share(shown[name] / whole)
    return [material.words.rich("summary.main_solution", solution=inside(titles[name]), share=share)]


def _metered(material: Material) -> str:
    heated = material.heated
    share = float(heated["metered_gas_kwh"].notna().mean()) if len(heated) else 0.0
    if share > 0:
        return material.words("summary.metered_some", share=material.notation.share(share))
    if len(heated) and heated["calibrated"].any():
        return material.words("summary.metered_sector")
    return material.words("summary.metered_none")


def _standing(material: Material) -> Paragraph:
    figures, remarks = material.printed("figures"), material.printed("remarks")
    unofficial, warnings = int((figures["standing"] != "official").sum()), int((remarks["level"] == "warning").sum())
    text = material.words.rich(
        "summary.standing", count=unofficial, all=len(figures), warnings=_warnings(material, warnings)
    )
    return Paragraph(text, "note")


def _map(network: PublishedNetwork) -> Block:
    """The map of page one: the network where there is one, else the heat density; with controls where no other map has them."""
    material = network.material
    if network.publishable:
        return replace(network_figure(network, "map"), note="")
    drawn = map_figure(material, "map")
    return atlas_of(material, (drawn,)) if network.verdict in UNASSESSED else drawn


def _warnings(material: Material, count: int) -> str:
    return material.words("summary.warnings", count=count) if count else material.words("summary.warnings_none")
