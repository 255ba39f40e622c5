"""``koppelkans verify``: the certificates of a plan's heat network and works calendar, checked by separate code; with ``--swmm`` the storage of its streets, simulated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from koppelkans.verify.calendar import CalendarVerdict
    from koppelkans.verify.storage import Storm, Water

out = Console()


def verify(
    folder: Annotated[Path, typer.Argument(metavar="PLAN", help="Map van een plan. Folder of a plan.")],
    swmm: Annotated[bool, typer.Option("--swmm", help="Simuleer in plaats daarvan de waterberging van de straten in SWMM (extra koppelkans\\[swmm]). Simulate the storage of the streets instead.")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="FILE", help="Bewaar ook de invoer van SWMM (.inp), de straten van het plan. Also keep the input of SWMM.")] = None,
) -> None:  # fmt: skip
    """Reken het bewijs van het warmtenet en de werkenkalender na met aparte code. Check the proof of network and calendar with separate code."""
    if swmm:
        _simulate_storage(folder, keep)
        return
    if keep is not None:
        raise typer.BadParameter("bewaart de invoer van --swmm; keeps the input of --swmm", param_hint="--keep")
    from koppelkans.verify import proves_network, verify_works

    works = verify_works(folder) if (folder / "plan.json").is_file() else None
    faults = _network(folder) if works is None or proves_network(folder) else []
    if works is not None:
        faults += _works(works)
    for fault in faults:
        out.print(f"[bold red]FOUT[/] {escape(fault)}", highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    out.print("[bold]Het bewijs klopt.[/] The certificate holds.", highlight=False)


def _network(folder: Path) -> list[str]:
    """Print what the check of the network finds; its faults."""
    from koppelkans.verify import verify_plan

    found = verify_plan(folder)
    out.print(
        f"{found.connected} aansluitingen, {found.edges} leidingstukken\n"
        f"kost min waarde   {found.objective_eur:,.2f} EUR per jaar (nagerekend)\n"
        f"ondergrens        {found.bound_eur:,.2f} EUR per jaar (nagerekend; {found.taken_off_eur:,.2f} EUR afgerond in het nadeel van het plan)\n"
        f"afstand           {found.gap_share:.3%} van de kost van het net en wat niet-aangesloten gebouwen mislopen, samen",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    if found.solver_bound_eur is not None:
        out.print(
            f"ondergrens        {found.solver_bound_eur:,.2f} EUR per jaar volgens de oplosser (niet onafhankelijk nagerekend; "
            "bound of the solver, not independently checked)",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    return list(found.faults)


def _works(found: CalendarVerdict) -> list[str]:
    """Print what the check of the works calendar finds; its faults."""
    out.print(
        f"{found.works} werken in de kalender\n"
        f"nettokost         {found.objective_eur:,.0f} EUR, contant (nagerekend)\n"
        f"ondergrens        {found.bound_eur:,.0f} EUR, contant (nagerekend)\n"
        f"afstand           {found.gap_share:.3%} van de nettokost",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    return list(found.faults)


def _simulate_storage(folder: Path, keep: Path | None) -> None:
    """Simulate the storage of the streets of a plan in SWMM and print it, now and then, beside what the plan says."""
    from koppelkans.errors import DataError
    from koppelkans.parameters import read_parameters
    from koppelkans.plan import read_plan
    from koppelkans.plan.folder import write_text
    from koppelkans.verify.storage import Storm, simulated_storage, storm_streets, swmm_input

    plan = read_plan(folder)
    if "street_patterns" not in plan.tables:
        raise DataError(
            f"{folder} holds no cross-sections of streets: the plan was made by an older version; make it again"
        )
    patterns, day = plan["street_patterns"], plan.scenario.reference_date
    known = read_parameters().choosing(stand_ins=plan.scenario.stand_ins, hold=plan.scenario.hold)
    names = ("rain_mm", "hours", "soak_mm_per_hour", "roughness", "slope_share")
    storm = Storm(
        **{name: known.at(f"street_storm.{name}", day) for name in names},
        sealed_share=known.at("street_space.runoff_share", day, "sealed"),
        green_share=known.at("street_space.runoff_share", day, "green"),
    )
    found = simulated_storage(patterns, storm)
    if keep is not None:
        write_text(keep, swmm_input(storm_streets(patterns, storm, "then"), storm))
    _print_storage(found["now"], found["then"], storm)
    _print_difference(found["then"], known.at("street_storm.differs_share", day))


def _print_storage(now: Water, then: Water, storm: Storm) -> None:
    rows = (
        ("neerslag (rain), m³", now.rain_m3, then.rain_m3),
        ("afstroming van het oppervlak (runoff), m³", now.runoff_m3, then.runoff_m3),
        ("overloop van volle berging (overflow), m³", now.overflow_m3, then.overflow_m3),
        ("naar het riool (to the sewer), m³", now.sewer_m3, then.sewer_m3),
        ("hoogste afvoer naar het riool (peak), l/s", now.peak_l_per_s, then.peak_l_per_s),
        ("   zonder berging, rationele formule, l/s", now.rational_l_per_s, then.rational_l_per_s),
        ("vastgehouden over de straat (held), mm", now.held_mm, then.held_mm),
        ("berging volgens het plan (plan says), mm", now.storage_mm, then.storage_mm),
        ("verschil (difference), mm", now.held_mm - now.storage_mm, then.held_mm - then.storage_mm),
    )
    lines = [f"{title:<44}{first:>12,.1f}{second:>12,.1f}" for title, first, second in rows]
    out.print(
        f"Bui van {storm.rain_mm:g} mm in {storm.hours:g} uur op {then.area_m2:,.0f} m² straat, gesimuleerd in SWMM\n"
        f"{'':<44}{'nu':>12}{'dan':>12}\n" + "\n".join(lines),
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _print_difference(then: Water, allowed_share: float) -> None:
    """Say why the streets hold another amount than the plan counts, when it is more than a share of it."""
    if not then.stores:
        text = "Het plan telt geen berging in de straten. The plan counts no storage in the streets."
    elif abs(then.differs_share) <= allowed_share:
        text = f"[bold]De berging klopt[/] tot op {abs(then.differs_share):.0%}. The storage holds."
    else:
        why = (
            "er zakt ook water in de bodem"
            if then.differs_share > 0
            else "de regen op de straat zelf, zonder daken, vult niet elke berging"
        )
        text = (
            f"[bold yellow]LET OP[/] de simulatie houdt {then.held_mm:.1f} mm vast waar het plan {then.storage_mm:.1f} mm telt ({then.differs_share:+.0%}): {why}. "
            "The simulation holds another amount than the plan counts."
        )
    out.print(text, highlight=False, soft_wrap=True)
    if then.unfilled:
        out.print(
            f"In {then.unfilled} van de {then.stores} secties met berging blijft samen {then.unfilled_m3:,.1f} m³ leeg: het plan telt die mee voor de hele wijk. "
            "Storage that this rain does not fill.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
