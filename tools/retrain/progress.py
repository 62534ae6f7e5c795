"""Progress on a terminal: one line that is written over; silent in a pipe or under --quiet."""

import os
import sys
import time

SPARE = 3  # columns that stay free: for the cursor, and for the ^C of a terminal that echoes it


class Progress:
    """A context too: however a stage ends, its line is gone."""

    def __init__(self, quiet=False, title="", stream=None):
        self._stream = stream or sys.stderr
        self._shown = not quiet and self._stream.isatty()
        self._title = title
        self._start = self._last = time.monotonic()
        self._from = None
        self._drawn = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._clear()

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
        self._draw(f"{self._title}: {done}/{total} {note} {left // 60}:{left % 60:02} left")
        if done >= total:
            self._clear()

    def _draw(self, text):
        # Asked each time: a terminal may change its width. One without a width says 0.
        columns = os.get_terminal_size(self._stream.fileno()).columns or 80
        self._stream.write(f"\r\033[K{text[:max(columns - SPARE, 1)]}")
        self._stream.flush()
        self._drawn = True

    def _clear(self):
        if self._drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._drawn = False
