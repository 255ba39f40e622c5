"""``koppelkans verify``: the certificate of a plan's heat network, checked by separate code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

out = Console()


def verify(folder: Annotated[Path, typer.Argument(metavar="PLAN", help="Map van een plan. Folder of a plan.")]) -> None:
    """Reken het bewijs van het warmtenet na met aparte code. Check the proof of the heat network with separate code."""
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
    for fault in found.faults:
        out.print(f"[bold red]FOUT[/] {escape(fault)}", highlight=False, soft_wrap=True)
    if found.faults:
        raise typer.Exit(1)
    out.print("[bold]Het bewijs klopt.[/] The certificate holds.", highlight=False)
