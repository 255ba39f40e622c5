"""The chapter on the heat network: what it is worth, where it lies, what it costs and who pays, and what every street needs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans.disclosure import RULES
from koppelkans.report.business import business_blocks
from koppelkans.report.density import atlas_of, density_layer
from koppelkans.report.document import (
    Block,
    Details,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    inside,
    plain,
)
from koppelkans.report.material import Material, Words, cells
from koppelkans.report.network_map import network_layer, threshold_layer, threshold_text
from koppelkans.report.network_phases import phases_blocks
from koppelkans.report.network_physics import physics_blocks
from koppelkans.report.network_robust import robust_blocks
from koppelkans.report.published_network import EVERYBODY, UNASSESSED, PublishedNetwork
from koppelkans.report.supply import supply_blocks

_MILLION, _THOUSAND, _M_PER_KM = 1e6, 1e3, 1e3
_CERTAIN_SHARE = 0.001
_HALF = 0.5
_SHOWN = 20
_TENS = -1


def network_section(material: Material) -> Section:
    """The chapter on the heat network; short where none was assessed."""
    words, network = material.words, PublishedNetwork(material)
    blocks: list[Block] = [
        Paragraph(words.rich(f"network.lead_{_lead(network)}"), "lead"),
        Paragraph(verdict_text(network)),
    ]
    blocks += _sources(network)
    if network.verdict == "pays" and not network.publishable:
        blocks.append(Notice("warning", words("levels.warning"), plain(words("network.few"))))
    if network.verdict in UNASSESSED:
        return Section("warmtenet", words("network.title"), tuple(blocks))
    blocks += [*_atlas(network), *_variants(network)]
    if network.publishable and network.chosen is not None:
        blocks += [
            _design(network, network.chosen), *_packages(network, network.chosen), *physics_blocks(network, network.chosen), _pipes(network), _costs(network),
            *supply_blocks(network), *robust_blocks(network), *phases_blocks(network),
        ]  # fmt: skip
    blocks += _streets(network)
    if network.publishable or network.verdict != "pays":
        blocks += _reasons(network)
    if network.publishable:
        blocks += business_blocks(network)
    return Section("warmtenet", words("network.title"), tuple(blocks))


def _lead(network: PublishedNetwork) -> str:
    """Words of the opening; what too few buildings have together has no business case to point at."""
    if network.verdict in UNASSESSED:
        return "none"
    return "few" if network.verdict == "pays" and not network.publishable else network.verdict


# ---------------------------------------------------------------------------------------------------------------------- verdict


def verdict_text(network: PublishedNetwork) -> Text:
    """The verdict in one or two sentences: pays, does not pay and why, or not assessed and why; with the proven gap."""
    material, words, row = network.material, network.material.words, network.weighed
    if network.verdict == "no_streets":
        levels = ", ".join(str(level) for level in material.plan.place.levels.index)
        return words.rich("summary.network_no_streets", level=levels)
    if network.verdict == "no_source":
        return words.rich("summary.network_no_source")
    if row is None:
        return _no_worth(network)
    if network.verdict == "too_dear":
        return _too_dear(network, row)
    return _pays(network, row) if network.publishable else words.rich("summary.network_pays_few")


def _amounts(network: PublishedNetwork, row: dict[str, Any]) -> dict[str, str]:
    """Cost of the whole with and without a network [million euro a year], and how far they lie apart [%]."""
    notation, whole, without = network.material.notation, row["whole_eur_per_year"], row["without_eur_per_year"]
    return {
        "with": notation.rounded(whole / _MILLION), "without": notation.rounded(without / _MILLION),
        "change": notation.number(100 * abs(1 - whole / without), 1),
    }  # fmt: skip


def _too_dear(network: PublishedNetwork, row: dict[str, Any]) -> Text:
    words, bound = network.material.words, row["bound_eur_per_year"]
    proof = words("summary.proof_none")
    if bound < row["without_eur_per_year"]:
        proof = words("summary.proof_open", bound=network.material.notation.rounded(bound / _MILLION))
    solution = inside(variant_title(network, row))
    return words.rich("summary.network_too_dear", **_amounts(network, row), proof=proof, solution=solution)


def _pays(network: PublishedNetwork, row: dict[str, Any]) -> Text:
    words, notation = network.material.words, network.material.notation
    return words.rich(
        "summary.network_pays", **_amounts(network, row), gap=gap_text(network, row), buildings=connected_text(network),
        share=notation.share(network.share), length=length_text(network, row["main_m"]), supply=notation.number(row["supply_c"]),
        back=notation.number(row["return_c"]),
    )  # fmt: skip


def variant_title(network: PublishedNetwork, row: dict[Any, Any]) -> str:
    """A design by its temperature; by its source too where the scenario has several."""
    title = network.material.words.name("solution_names", str(row["variant"]).rsplit("|", maxsplit=1)[-1])
    several = network.table("network_variants")["source"].nunique() > 1
    return f"{title}, {row['source']}" if several else title


def length_text(network: PublishedNetwork, length_m: float) -> str:
    """A length in metres, or in kilometres from one on."""
    notation = network.material.notation
    if length_m < _M_PER_KM:
        return f"{notation.rounded(length_m, network.digits)} m"
    return f"{notation.rounded(length_m / _M_PER_KM, network.digits)} km"


def _no_worth(network: PublishedNetwork) -> Text:
    best, words = network.best_advantage_eur, network.material.words
    if best is None:
        return words.rich("summary.network_no_worth")
    key = "summary.network_no_worth_loss" if best <= 0 else "summary.network_no_worth_gain"
    return words.rich(key, amount=network.material.notation.rounded(abs(best), 2))


def connected_text(network: PublishedNetwork) -> str:
    """Number of connected buildings; to ten where a handful stays out."""
    count = int(network.connected.sum())
    return network.material.notation.number(count if network.digits > 2 else round(count, _TENS))


def gap_text(network: PublishedNetwork, row: dict[str, Any]) -> str:
    """How much cheaper another design of the same temperature could be at most, in words."""
    words, share = network.material.words, float(row["gap_share"])
    if share < _CERTAIN_SHARE:
        return words("summary.gap_zero")
    return words("summary.gap", gap=network.material.notation.share(share, 1))


# ----------------------------------------------------------------------------------------------------------------- source and map


def _sources(network: PublishedNetwork) -> list[Block]:
    material = network.material
    words, notation = material.words, material.notation
    gives = _parts_given(network)
    rows = tuple(
        cells(
            source.name, notation.number(source.capacity_kw), notation.number(source.supply_c), notation.number(source.price_eur_per_mwh),
            notation.rounded(source.emission_kg_per_kwh, 2), words("network.assumption" if source.assumption else "network.given"),
            *([gives.get(source.name, "-")] if gives else []),
        )
        for source in material.plan.scenario.sources
    )  # fmt: skip
    names = ("source", "capacity", "supply", "price", "emission", "basis", *(["part"] if gives else []))
    header = tuple(words(f"network.{name}_column") for name in names)
    numeric = (False, True, True, True, True, False, *([True] if gives else []))
    return [Table(words("network.source_table"), header, rows, numeric)] if rows else []


def _parts_given(network: PublishedNetwork) -> dict[str, str]:
    """Part of the heat of the chosen network that each of several sources gives, in tens of percents; hidden where few buildings hang on one."""
    given = network.material.plan.tables.get("network_sources")
    if given is None or len(given) < 2:
        return {}
    used = given[given["heat_share"] > 0]
    allowed = network.publishable and bool((used["buildings"] >= RULES.contributors).all())
    hidden = network.material.words("page.hidden")
    return {
        str(name): network.material.notation.share(round(float(share), 1)) if allowed else hidden
        for name, share in given["heat_share"].items()
    }


def _atlas(network: PublishedNetwork) -> list[Block]:
    """The maps of this chapter: one below the other on paper, one map with layers on screen."""
    material, words = network.material, network.material.words
    place = material.plan.place.title
    figures = []
    if network.verdict == "pays":
        figures.append(network_figure(network, "map-network"))
    if network.streets["known"].eq(True).any():
        drawn, alt = material.drawn(threshold_layer(network)), words("netmap.threshold_alt", place=place)
        figures.append(Figure("map-threshold", drawn, words("netmap.threshold_caption"), alt))
    return [atlas_of(material, (*figures, density_figure(material)))]


def network_figure(network: PublishedNetwork, name: str) -> Figure:
    """The map of mains by diameter."""
    material, words = network.material, network.material.words
    place = material.plan.place.title
    drawn = material.drawn(network_layer(network))
    return Figure(
        name, drawn, words("netmap.network_caption", place=place), words("netmap.network_alt", place=place), words("netmap.network_note")
    )  # fmt: skip


def density_figure(material: Material) -> Figure:
    """The map of heat density, as a layer beside the others."""
    words = material.words
    alt = words("map.alt", place=material.plan.place.title, classes=words("netmap.density_caption"))
    return Figure("map-density", material.drawn(density_layer(material)), words("netmap.density_caption"), alt)


# ----------------------------------------------------------------------------------------------------------------- design and cost


def _variants(network: PublishedNetwork) -> list[Block]:
    variants = network.table("network_variants")
    if not (variants["buildings"] > 0).any():
        return []
    words, notation = network.material.words, network.material.notation
    rows = [_variant_row(network, row) for row in variants.reset_index().to_dict("records")]
    names = ("variant", "buildings", "heat", "loss", "length", "investment", "whole", "difference", "gap", "verdict")
    header = tuple(words(f"network.{name}_column") for name in names)
    without = notation.number(variants["without_eur_per_year"].iloc[0] / _THOUSAND)
    note = words("network.variants_note", without=without)
    return [Table(words("network.variants"), header, tuple(rows), (False, *[True] * 8, False), note)]


def _variant_row(network: PublishedNetwork, row: dict[Any, Any]) -> tuple[Text, ...]:
    words, notation = network.material.words, network.material.notation
    title = variant_title(network, row)
    chosen = words("network.chosen") if row["chosen"] else ""
    if row["buildings"] == 0:
        return cells(title, notation.number(0), *[""] * 7, chosen)
    if not network.variant_allowed(row) or (row["chosen"] and not network.publishable):
        return cells(title, *[words("page.hidden")] * 8, chosen)
    whole, without = row["whole_eur_per_year"] / _THOUSAND, row["without_eur_per_year"] / _THOUSAND
    entering = row["heat_mwh"] + row["loss_mwh"]
    return cells(
        title, notation.number(round(row["buildings"], _TENS)), notation.rounded(row["heat_mwh"], network.digits),
        notation.share(row["loss_mwh"] / entering if entering else 0.0), notation.rounded(row["main_m"] / _M_PER_KM, network.digits),
        notation.rounded(row["investment_eur"] / _MILLION, network.digits), notation.number(whole), notation.number(whole - without),
        notation.share(row["gap_share"], 1), chosen,
    )  # fmt: skip


def _design(network: PublishedNetwork, row: dict[str, Any]) -> Table:
    """The chosen network in figures: who, load, losses, lengths, density."""
    words, notation = network.material.words, network.material.notation
    digits, capacity = network.digits, _capacity_kw(network, row["source"])
    values: dict[str, tuple[str, str]] = {
        "connected": (connected_text(network), "buildings"),
        "share": (notation.share(network.share), ""),
        "dwellings": (notation.number(row["dwellings"] if digits > 2 else round(row["dwellings"], _TENS)), "dwellings"),
        "heat": (notation.rounded(row["heat_mwh"], digits), "mwh"),
        "loss": (notation.rounded(row["loss_mwh"], digits), "mwh"),
        "loss_share": (notation.share(row["loss_mwh"] / (row["heat_mwh"] + row["loss_mwh"])), ""),
        "peak": (notation.rounded(row["peak_kw"], digits), "kw"),
        "used": (notation.share(row["peak_kw"] / capacity) if capacity else "", ""),
        "pump": (notation.rounded(row["pump_mwh"], 2), "mwh"),
        "main": (notation.rounded(row["main_m"], digits), "m"),
        "service": (notation.rounded(row["service_m"], digits), "m"),
        "density": (notation.rounded(row["heat_mwh"] / row["main_m"], 2) if row["main_m"] else "", "density"),
        "network": (notation.rounded(row["network_eur_per_year"] / _THOUSAND, digits), "keur"),
    }
    rows = tuple(
        cells(words(f"network.row_{name}"), value, words(f"network.unit_{unit}") if unit else "")
        for name, (value, unit) in values.items()
        if value
    )
    header = tuple(words(f"network.{name}_column") for name in ("design", "value", "unit"))
    return Table(words("network.design"), header, rows, (False, True, False))


def _packages(network: PublishedNetwork, row: dict[str, Any]) -> list[Block]:
    """How many buildings take another package for the sake of the pipes, and what that saves, in a sentence; nothing in plans from before that was weighed."""
    joins = network.table("connections")
    if "package_alone" not in joins:
        return []
    words, notation = network.material.words, network.material.notation
    count, power_kw = int(joins["package_alone"].notna().sum()), float(joins["peak_saved_kw"].sum())
    saved = row.get("package_saving_eur_per_year")
    if not count:
        return [Paragraph(words.rich("network.packages_none"))]
    if count < RULES.contributors or saved is None or pd.isna(saved):
        return [Paragraph(words.rich("network.packages_few", few=notation.number(RULES.contributors)))]
    about = {"buildings": notation.number(round(count, _TENS)), "power": notation.rounded(power_kw, 2)}
    return [Paragraph(words.rich("network.packages_some", **about, saved=notation.rounded(saved, 2)))]


def _capacity_kw(network: PublishedNetwork, name: str) -> float:
    return next((source.capacity_kw for source in network.material.plan.scenario.sources if source.name == name), 0.0)


def _pipes(network: PublishedNetwork) -> Table:
    words, notation = network.material.words, network.material.notation
    summed = network.mains.groupby("diameter_mm")[["length_m", "investment_eur"]].sum()
    whole_m, whole_eur = summed["length_m"].sum(), summed["investment_eur"].sum()
    rows = [
        cells(
            f"DN {diameter}", notation.rounded(row["length_m"]), notation.share(row["length_m"] / whole_m),
            notation.rounded(row["investment_eur"] / _THOUSAND), notation.rounded(row["investment_eur"] / row["length_m"]),
        )
        for diameter, row in summed.iterrows()
    ]  # fmt: skip
    total = cells(
        words("page.total"), notation.rounded(whole_m), notation.share(EVERYBODY), notation.rounded(whole_eur / _THOUSAND),
        notation.rounded(whole_eur / whole_m),
    )  # fmt: skip
    header = tuple(
        words(f"network.{name}_column") for name in ("diameter", "metres", "share", "pipe_cost", "per_metre")
    )
    numeric = (False, True, True, True, True)
    return Table(words("network.pipes"), header, (*rows, total), numeric, words("network.pipes_note"), strong_last=True)


def _costs(network: PublishedNetwork) -> Table:
    """Investment by class of asset, with who pays first; what the business case does not name stands together."""
    words, notation = network.material.words, network.material.notation
    by_kind = network.table("pipes").groupby("kind")["investment_eur"].sum()
    mains, services = float(by_kind.get("main", 0.0)), float(by_kind.get("service", 0.0))
    rows = [("cost_mains", mains, "company"), ("cost_services", services, "company")]
    plan = network.plan_case
    if plan is not None:
        rows += [
            ("cost_rest", max(plan["investment_eur"] - mains - services, 0.0), "company"),
            ("cost_total", plan["investment_eur"], "company"),
            ("cost_contribution", plan["contribution_eur"], "customers"),
        ]
    owners = _owners_eur(network)
    if owners > 0:
        rows.append(("cost_owners", owners, "owners"))
    printed = tuple(
        cells(
            words(f"network.{name}"),
            notation.rounded(amount / _THOUSAND, network.digits),
            words(f"network.payer_{payer}"),
        )
        for name, amount, payer in rows
    )
    header = tuple(words(f"network.{name}_column") for name in ("cost", "amount", "payer"))
    return Table(words("network.costs"), header, printed, (False, True, False), words("network.costs_note"))


def _owners_eur(network: PublishedNetwork) -> float:
    """What owners of connected buildings pay for works in the building, VAT included and after premiums."""
    options, choices = network.material.plan["options"], network.material.choices
    joined = choices[network.connected.reindex(choices.index).eq(True)]
    keys = joined.index.astype(str) + "|" + joined["solution"]
    return float(options["owner_investment_eur"].reindex(keys).sum())


# ---------------------------------------------------------------------------------------------------------------- streets, reasons


def _streets(network: PublishedNetwork) -> list[Block]:
    """Per street: connection, density of the network, threshold; the lowest threshold first."""
    words, streets = network.material.words, network.streets
    if streets.empty:
        return [
            Heading(words("network.streets_title"), "per-straat"),
            Paragraph(plain(words("network.without_streets"))),
        ]
    blocks: list[Block] = [Heading(words("network.streets_title"), "per-straat")]
    blocks += [Paragraph(line) for line in street_lines(network)]
    order = (
        _first_reached(streets).sort_values(["share", "low_share", "dense"], kind="stable", na_position="last").index
    )
    ordered = streets.loc[order]
    rows = [_street_row(network, str(name), row) for name, row in ordered.iterrows()]
    names = ("street", "street_buildings", "connected", "street_density", "threshold", "band", "branch")
    header = tuple(words(f"network.{name}_column") for name in names)
    numeric, note = (False, True, True, True, True, True, True), words("network.streets_note")
    if len(rows) <= _SHOWN:
        return [*blocks, Table(words("network.streets"), header, tuple(rows), numeric, note)]
    first = Table(words("network.streets_first", count=_SHOWN), header, tuple(rows[:_SHOWN]), numeric, note)
    title = words("network.streets_others")
    return [*blocks, first, Details(title, (Table(title, header, tuple(rows[_SHOWN:]), numeric),))]


def _first_reached(streets: pd.DataFrame) -> pd.DataFrame:
    """What streets are ordered by: threshold, its low end, and then the density of the network, the densest first."""
    ends = streets[["share", "low_share"]]
    return ends.where(ends <= EVERYBODY).assign(dense=-streets["density_mwh_per_m"])


def street_lines(network: PublishedNetwork) -> list[Text]:
    """How many of the published streets can carry a network, in a sentence; none where no threshold is known."""
    known = network.thresholds["share"]
    if known.empty:
        return []
    half, impossible = int((known <= _HALF).sum()), int((known > EVERYBODY).sum())
    words, count = network.material.words, len(known)
    amounts = {name: _of_streets(words, part, count) for name, part in (("half", half), ("impossible", impossible))}
    return [words.rich("network.threshold_lead", streets=count, **amounts)]


def _of_streets(words: Words, part: int, whole: int) -> str:
    """Part of the streets in words: none, a number, or all."""
    if part == 0:
        return words("network.no_street")
    return words("network.every_street", count=whole) if part == whole else str(part)


def _street_row(network: PublishedNetwork, name: str, row: pd.Series) -> tuple[Text, ...]:
    words, notation = network.material.words, network.material.notation
    half = words("network.more_than_half" if row["more_than_half"] else "network.less_than_half")
    share = half if pd.isna(row["connected_share"]) else notation.share(row["connected_share"])
    known = row["known"] is True
    low, high = (threshold_text(network, row[end]) if known else "" for end in ("low_share", "high_share"))
    return cells(
        name, notation.number(row["buildings"]), share, notation.rounded(row["density_mwh_per_m"], 2),
        threshold_text(network, row["share"]) if known else notation.number(None), low if low == high else f"{low}–{high}",
        notation.number(None) if pd.isna(row["branch_share"]) else threshold_text(network, row["branch_share"]),
    )  # fmt: skip


def _reasons(network: PublishedNetwork) -> list[Block]:
    words, notation, counts = network.material.words, network.material.notation, network.reasons
    if network.connected.all() or network.table("connections").empty:
        return []
    if counts.empty:
        return [Paragraph(plain(words("network.reasons_none")), "note")]
    rows = tuple(cells(words.name("reasons", name), notation.number(count)) for name, count in counts.items())
    header = (words("network.reason_column"), words("network.street_buildings_column"))
    return [Table(words("network.reasons"), header, rows, (False, True))]
