#!/usr/bin/python3
"""Runs daemons for as long as somebody holds its standard input open.

Usage: keeper.py FOLDER < PIPE      commands in FOLDER/daemons.json

FOLDER/daemons.json is a list of commands (lists of words); each is started in turn, writes to
FOLDER/NAME.out, and must stay in the foreground. When standard input ends, which it does too
when the process at its other end is killed, everything that was started dies: daemons, what they
started, and what those have sent into the background, since this process adopts orphans below it
(a subreaper). Then FOLDER is removed. So nothing outlives a test that is killed, whatever it was
doing. If a daemon ends by itself, all die at once and FOLDER/ended names it.
"""

import ctypes
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LIBC = ctypes.CDLL(None, use_errno=True)


def prctl(option, value):
    if LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def descendants():
    """Processes below this one, as /proc shows them now."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended meanwhile
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, open_ends = [], [os.getpid()]
    while open_ends:
        children = parents.get(open_ends.pop(), [])
        found += children
        open_ends += children
    return found


def end_all():
    """Kills until nothing is left: a process may start another while it is being killed."""
    while True:
        for pid in descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def start(command, folder):
    """A daemon that dies too should this very process be killed."""
    with open(folder / (pathlib.Path(command[0]).name + ".out"), "ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                                start_new_session=True,
                                preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def wait(daemons, folder):
    """Until standard input or a daemon ends."""
    while not select.select([sys.stdin], [], [], 0.2)[0]:  # nobody writes: readable means closed
        for daemon in daemons:
            if daemon.poll() is not None:
                (folder / "ended").write_text(f"{daemon.args[0]}, status {daemon.returncode}")
                return


def main():
    folder = pathlib.Path(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        wait([start(c, folder) for c in json.loads((folder / "daemons.json").read_text())], folder)
    finally:
        end_all()
        sys.stdin.read()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
