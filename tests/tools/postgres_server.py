"""Run a command with a PostgreSQL of its own: ``python tests/tools/postgres_server.py pytest -m both_databases``.

The server lives in a temporary folder, listens on a socket in it and nowhere else, and is gone afterwards. The command finds its
address in ``TALIMGER_DATABASE_URL``. Exit code 77 (and one line) when PostgreSQL is not installed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NOT_INSTALLED = 77


def find_programs() -> Path | None:
    """The folder that holds initdb and pg_ctl; Debian keeps it off the PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


def owner() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as the user of Debian's package, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def main(command: list[str]) -> int:
    programs = find_programs()
    if programs is None:
        print("PostgreSQL is not installed; install it with: sudo apt-get install postgresql", file=sys.stderr)
        return NOT_INSTALLED
    # What a server syncs to the disk costs nothing in memory, so its settings can stay as an installation has them.
    folder = Path(tempfile.mkdtemp(prefix="talimger-pg-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    user = owner()
    if user:
        shutil.chown(folder, user)
        folder.chmod(0o755)

    def run(program: str, *arguments: str) -> None:
        group = pwd.getpwnam(user).pw_gid if user else None
        line = [str(programs / program), *arguments]
        done = subprocess.run(line, user=user, group=group, extra_groups=[] if user else None, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{program} did not work: {done.stdout}{done.stderr}")

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "talimger", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-D", data, "-w", "-o", f"-k {folder} -c listen_addresses=''", "-l", str(folder / "log"), "start")
        try:
            address = f"postgres://talimger@/postgres?host={folder}"
            return subprocess.run(command, env={**os.environ, "TALIMGER_DATABASE_URL": address}).returncode
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
