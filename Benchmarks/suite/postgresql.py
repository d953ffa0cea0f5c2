"""A PostgreSQL of this run's own: durable, on the disk of the build, reached through a Unix socket in its folder."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from . import machine


def _programs():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name.split(".")[0]))
    if folders and (folders[-1] / "postgres").exists():
        return folders[-1]
    return pathlib.Path(found).resolve().parent if (found := shutil.which("postgres")) else None


PROGRAMS = _programs()


def is_installed():
    return PROGRAMS is not None and (PROGRAMS / "pgbench").exists()


class PostgreSQL:
    """A server with the defaults of its package, `fsync` and `synchronous_commit` on; ends with the block."""

    def __init__(self, place, **settings):
        self.place = place
        self.settings = {"listen_addresses": "", "unix_socket_directories": place, "fsync": "on", "synchronous_commit": "on", **settings}
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self.process = None

    def __enter__(self):
        self.place.mkdir(exist_ok=True)
        if self.user:
            shutil.chown(self.place, "postgres", "postgres")
            os.chmod(self.place.parent, 0o711)
        if not (self.place / "data").exists():
            self._run("initdb", "-D", self.place / "data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        options = [option for name, value in self.settings.items() for option in ("-c", f"{name}={value}")]
        self._log = open(self.place.parent / "postgres.log", "ab")
        self.process = subprocess.Popen(
            [str(PROGRAMS / "postgres"), "-D", str(self.place / "data"), *map(str, options)], env=self.environment, cwd="/",
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, preexec_fn=machine._end_with_parent, **self.user)
        deadline = time.monotonic() + 60
        while subprocess.run([str(PROGRAMS / "pg_isready"), "-q", "-h", str(self.place)], env=self.environment).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start: " + (self.place.parent / "postgres.log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
            self._log.close()

    def database(self, name, template="template0"):
        """An empty database, or a copy of another; its address for our program."""
        self.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, name):
        return f"postgres://postgres@/{name}?host={self.place}"

    def psql(self, sql, database="postgres", **variables):
        """What the SQL answers, unaligned, without a head."""
        options = [option for name, value in variables.items() for option in ("-v", f"{name}={value}")]
        return self._run("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *options, "-d", database, "-f", "-", input=sql).strip()

    def pgbench(self, script, database, *options):
        """Transactions a second, without the time that connecting takes."""
        text = self._run("pgbench", "-n", "-M", "prepared", "-f", script, *options, database)
        if "number of failed transactions: 0 " not in text:
            raise RuntimeError(text)
        return float(next(line for line in text.splitlines() if line.startswith("tps")).split()[2])

    def _run(self, name, *arguments, input=None):
        server = {"PGHOST": str(self.place), "PGUSER": "postgres"}
        done = subprocess.run(
            [str(PROGRAMS / name), *map(str, arguments)], env={**self.environment, **server}, cwd="/", input=input, text=True,
            stdin=subprocess.DEVNULL if input is None else None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600,
            **(self.user if name == "initdb" else {}))
        if done.returncode != 0:
            raise RuntimeError(f"{name} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        return done.stdout
