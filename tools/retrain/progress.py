"""Progress on a terminal: one line that is written over; silent in a pipe or under --quiet."""

import sys
import time


class Progress:
    def __init__(self, quiet=False, title="", stream=None):
        self._stream = stream or sys.stderr
        self._shown = not quiet and self._stream.isatty()
        self._title = title
        self._start = self._last = time.monotonic()
        self._from = None

    def of(self, title):
        return Progress(not self._shown, title, self._stream)

    def step(self, done, total, note=""):
        """`done` of `total` are finished; the time left follows from those seen here."""
        if not self._shown:
            return
        now = time.monotonic()
        if self._from is None:
            self._from, self._start = done - 1, now
        if done < total and now - self._last < 0.2:
            return
        self._last = now
        pace = (now - self._start) / max(done - self._from, 1)
        left = round(pace * (total - done))
        self._stream.write(f"\r\033[K{self._title}: {done}/{total} {note} "
                           f"{left // 60}:{left % 60:02} left")
        if done >= total:
            self._stream.write("\r\033[K")
        self._stream.flush()
