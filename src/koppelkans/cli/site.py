"""Commands of the site: start it, verify its log, let the first people in. The site is a program of its own; this only hands over to it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from koppelkans.errors import KoppelkansError

audit = typer.Typer(no_args_is_help=True, help="Het logboek van de website. The log of the site.")
account = typer.Typer(no_args_is_help=True, help="Accounts van de website. Accounts of the site.")
EmailArgument = Annotated[
    str, typer.Argument(metavar="E-MAIL", help="E-mailadres van het account. Its e-mail address.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="MAP", help="Map voor databank, uploads en plannen. Data folder.")
]


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Laad de voorbeeldwijken en accounts om te proberen. Load the examples.")
    ] = False,
    host: Annotated[str, typer.Option(help="Adres om op te luisteren. Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Poort. Port.", min=1, max=65535)] = 8000,
    data: DataOption = None,
    workers: Annotated[int, typer.Option(help="Processen van de website. Web processes.", min=1, max=64)] = 2,
) -> None:
    """Start de website en de rekenwerker. Start the site and its worker."""
    chosen = ["--host", host, "--port", str(port), "--workers", str(workers), *(["--demo"] if demo else [])]
    _become(["serve", *chosen], data)


@audit.command()
def verify(data: DataOption = None) -> None:
    """Ga na of niemand iets aan het logboek heeft veranderd. Verify that nobody changed the log."""
    _become(["audit", "verify"], data)


@account.command()
def admin(email: EmailArgument, data: DataOption = None) -> None:
    """Maak een beheerder, met een nieuw wachtwoord. Make an administrator, with a new password."""
    _become(["account", "admin", email], data)


@account.command()
def password(email: EmailArgument, data: DataOption = None) -> None:
    """Geef een account een nieuw wachtwoord. Give an account a new password."""
    _become(["account", "password", email], data)


def _become(arguments: list[str], data: Path | None) -> None:
    """Let this process become the site, so that signals and the exit code are its own. Raises KoppelkansError without Django."""
    if find_spec("django") is None or find_spec("granian") is None:
        raise KoppelkansError(
            "the site needs more packages than the command line; install them with: pip install 'koppelkans[web]'"
        )
    if data is not None:
        os.environ["KOPPELKANS_DATA"] = str(data.absolute())
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "koppelkans.web", *arguments])  # noqa: S606 - our own program
