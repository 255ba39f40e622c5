"""Debian's PostgreSQL server, started by the tests in a folder of their own on a free port, and stopped when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

PATIENCE_S = 60


def programs() -> Path | None:
    """The folder with the newest server of Debian, or nothing."""
    found = [
        path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if path.with_name("pg_ctl").exists()
    ]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


@dataclass(frozen=True)
class Server:
    """A running server whose only user is ``postgres``, reached from this machine without a password."""

    port: int

    def address(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """Address of a fresh, empty database, as KOPPELKANS_DATABASE wants it."""
        name = f"koppelkans_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of a block. The server refuses to run as root; then it runs as Debian's user ``postgres``."""
    bin_folder = programs()
    assert bin_folder is not None, "this machine has no PostgreSQL server"
    home = Path(tempfile.mkdtemp(prefix="koppelkans-postgres-", dir="/tmp"))
    user: dict[str, str] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(home, **user)

    def run(name: str, *arguments: str) -> None:
        with (home / "programs.log").open("ab") as log:
            # no pipes: the server inherits them and would keep them open
            done = subprocess.run(
                [bin_folder / name, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", timeout=PATIENCE_S, check=False, **user
            )  # fmt: skip
        assert done.returncode == 0, (home / "programs.log").read_text(encoding="utf-8", errors="replace")

    port, data = _free_port(), str(home / "data")
    try:
        run(
            "initdb",
            "--pgdata",
            data,
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        )
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=60"
        run("pg_ctl", "--pgdata", data, "--log", str(home / "server.log"), "--options", options, "--wait", "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "--pgdata", data, "--mode", "immediate", "--wait", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
