"""The site with one command: data folder, database, static files, web server and worker, watched until it is asked to stop."""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

PATIENCE_S = 60.0
GOODBYE_S = 10.0
_TICK_S = 0.2
_CALM_S = 30.0
_LONGEST_PAUSE_S = 10.0
_WELL, _NOT_YET = 200, 503


def serve(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT. The exit code: 0 when asked to stop, 1 when the site cannot start."""
    options = _options(arguments)
    if options.data is not None:
        os.environ["KOPPELKANS_DATA"] = str(options.data.absolute())
    stop = _Stop()
    if not _port_is_free(options.host, options.port):
        return _fault(f"poort {options.port} van {options.host} is bezet; kies een andere met --port")
    try:
        _prepare(demo=options.demo)
    except (OSError, ValueError) as error:
        return _fault(str(error))
    programs = [
        Program("website", _web(options)),
        Program("rekenwerker", [sys.executable, "-m", "koppelkans.web", "worker"]),
    ]
    try:
        for program in programs:
            program.start()
        address = f"http://{_shown(options.host)}:{options.port}/"
        if not _answers(f"{address}health", stop, programs):
            return 0 if stop.asked else _fault("de website antwoordt niet; lees de meldingen hierboven")
        _answers(f"{address}nl/", stop, programs)  # a first visitor finds the templates read
        _say(f"\nkoppelkans staat klaar op {address}\nStoppen met Ctrl-C. Gegevens: {_data()}")
        while not stop.asked:
            time.sleep(_TICK_S)
            for program in programs:
                program.watch()
    finally:
        _end(programs)
    _say("koppelkans is gestopt.")
    return 0


# ------------------------------------------------------------------------------------------------------------------ preparing


def _prepare(*, demo: bool) -> None:
    """Everything that must stand before the first request; quick when it stands already."""
    from koppelkans.web.configuration import make_secret_key

    data = Path(os.environ.get("KOPPELKANS_DATA") or Path.home() / ".local" / "share" / "koppelkans")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_secret_key(data)
    import django

    django.setup()
    _migrate()
    _collect_static()
    if demo:
        _load_demo()
    _ask_for_an_admin()


def _data() -> Path:
    from django.conf import settings

    return Path(settings.DATA)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _say("De databank wordt klaargezet ...")
        call_command("migrate", interactive=False, verbosity=0)


def _collect_static() -> None:
    """Static files with their compressed twins in the data folder; only when they or the version changed."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = sorted((name, os.stat(storage.path(name))) for finder in get_finders() for name, storage in finder.list([]))
    text = version("koppelkans") + "".join(f"\n{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in found)
    state, stamp = hashlib.sha256(text.encode()).hexdigest(), _data() / "static.stamp"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == state:
        return
    _say("Stijlen, scripts en kaartbibliotheek worden klaargezet ...")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state, encoding="ascii")


def _load_demo() -> None:
    from koppelkans.web.projects.demo import load_demo

    _say("De voorbeeldwijken worden geladen ...")
    accounts = load_demo()
    if accounts:
        _say("Nieuwe accounts om mee te proberen; de wachtwoorden verschijnen alleen nu:")
        width = max(len(email) for email, _ in accounts)
        _say("\n".join(f"  {email:<{width}}  {password}" for email, password in accounts))


def _ask_for_an_admin() -> None:
    from koppelkans.web.accounts.models import Grant
    from koppelkans.web.accounts.rights import Role

    if not Grant.objects.filter(role=Role.ADMIN.value).exists():
        _say(f"Er is nog geen beheerder. Maak er een met: koppelkans account admin E-MAIL --data {_data()}")


# ------------------------------------------------------------------------------------------------------------------- programs


@dataclass
class Program:
    """A program that must run: started, and started again when it ends by itself, with a growing pause."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = field(default=0.0)
    pause_s: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches this process alone."""
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_end_with_parent())  # noqa: S603, PLW1509
        self.started_at = time.monotonic()

    def watch(self) -> None:
        """Start it again when it ended; at once after a calm time, later and later when it keeps ending."""
        if self.process is None or self.process.poll() is None:
            return
        lived_s = time.monotonic() - self.started_at
        if lived_s > _CALM_S:
            self.pause_s = 0.0
        if lived_s < self.pause_s:
            return
        _say(f"{self.name} is gestopt (code {self.process.returncode}) en wordt opnieuw gestart.")
        self.pause_s = min(_LONGEST_PAUSE_S, max(1.0, 2 * self.pause_s))
        self.start()


def _end_with_parent() -> Callable[[], None]:
    """For the child to run before it becomes the program: have the system end it when this process dies."""
    prctl, ends = ctypes.CDLL(None).prctl, int(signal.SIGTERM)
    return lambda: prctl(1, ends)


def _web(options: argparse.Namespace) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port),
        "--workers", str(options.workers), "--blocking-threads", "2", "--no-ws", "--respawn-failed-workers",
        "--log-level", "error", "koppelkans.web.wsgi:application",
    ]  # fmt: skip


def _end(programs: Sequence[Program]) -> None:
    """Ask every program to end, and end it when it does not."""
    running = [program.process for program in programs if program.process is not None]
    for process in running:
        process.terminate()
    until = time.monotonic() + GOODBYE_S
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class _Stop:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


# ------------------------------------------------------------------------------------------------------------- command line, net


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="koppelkans serve", description="Start de website en de rekenwerker.")
    parser.add_argument("--demo", action="store_true", help="laad de voorbeeldwijken en accounts om te proberen")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, help="map voor databank, uploads en plannen")
    parser.add_argument("--workers", type=int, default=2, help="processen van de website")
    return parser.parse_args(arguments)


def _port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _shown(host: str) -> str:
    """The host of an address that this machine can open."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{host}]" if ":" in host else host


def _answers(address: str, stop: _Stop, programs: Sequence[Program]) -> bool:
    """Whether the site answers well on this address before patience ends; programs that end meanwhile are started again."""
    from django.conf import settings

    name = next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))), "localhost")
    # behind a proxy that ends TLS, plain requests would be sent on to https
    request = urllib.request.Request(address, headers={"Host": name, "X-Forwarded-Proto": "https"})  # noqa: S310 - our own address
    until = time.monotonic() + PATIENCE_S
    while not stop.asked and time.monotonic() < until:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == _WELL)
        except urllib.error.HTTPError as error:
            if error.code != _NOT_YET:
                return False
            time.sleep(_TICK_S)
        except OSError:
            time.sleep(_TICK_S)
        for program in programs:
            program.watch()
    return False


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _fault(text: str) -> int:
    sys.stderr.write(f"koppelkans: {text}\n")
    return 1
