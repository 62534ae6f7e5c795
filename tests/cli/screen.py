"""A terminal for tests: the program under a pseudo-terminal, and what its screen shows.

Skips (status 77) where python3-pyte, which interprets control sequences, is absent.
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time

try:
    import pyte
except ImportError:
    pyte = None

SKIPPED = 77


def require_pyte():
    if pyte is None:
        print("skipped: python3-pyte is not installed (tools/install_packages.sh --tests)")
        sys.exit(SKIPPED)


class Terminal:
    """A process on a terminal of `columns` by `lines`; the screen scrolls into `history`."""

    def __init__(self, words, folder, columns=80, lines=60, stdout=None, env=None):
        self.screen = pyte.HistoryScreen(columns, lines, history=5000)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.states = []
        self.master, slave = os.openpty()
        self.resize(columns, lines)
        variables = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        variables.update({"TERM": "xterm"} | (env or {}))
        self.process = subprocess.Popen([str(w) for w in words], cwd=folder, env=variables,
                                        stdin=slave, stdout=stdout or slave, stderr=slave,
                                        start_new_session=True, preexec_fn=self.take_control)
        os.close(slave)

    @staticmethod
    def take_control():
        fcntl.ioctl(2, termios.TIOCSCTTY, 0)

    def resize(self, columns, lines=60):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def read(self, seconds):
        """Takes what comes within some time. Returns False when the other end is closed."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:
            return False
        self.sent += piece
        self.stream.feed(piece)
        self.states.append(self.shown())
        return bool(piece)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, seen, seconds=60):
        """Reads until `seen` holds of the screen's text."""
        end = time.monotonic() + seconds
        while not seen(self.shown()):
            if not self.read(0.2) or time.monotonic() > end:
                raise AssertionError(f"never seen; the screen shows:\n{self.shown()}")
        return self.shown()

    def finish(self, seconds=120):
        """Reads to the end. Returns the exit status."""
        end = time.monotonic() + seconds
        while self.read(0.2):
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"no end; the screen shows:\n{self.shown()}")
        status = self.process.wait(10)
        os.close(self.master)
        return status

    def shown(self):
        """All lines, those that have scrolled away too, without what is empty at the end."""
        def text(line):
            return "".join(line[x].data for x in range(self.screen.columns)).rstrip()
        above = [text(line) for line in self.screen.history.top]
        return "\n".join(above + [line.rstrip() for line in self.screen.display]).rstrip()
