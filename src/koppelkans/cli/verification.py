"""``koppelkans verify``: the certificates of a plan's heat network and works calendar, checked by separate code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from koppelkans.verify.calendar import CalendarVerdict

out = Console()


def verify(folder: Annotated[Path, typer.Argument(metavar="PLAN", help="Map van een plan. Folder of a plan.")]) -> None:
    """Reken het bewijs van het warmtenet en de werkenkalender na met aparte code. Check the proof of network and calendar with separate code."""
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
