"""The log: every accuracy that was measured, one JSON object per line (docs/formats.md)."""

import fcntl
import json
import os
import pathlib

from retrain.errors import RetrainError


class Log:
    """Lines are appended whole and by one run at a time, so that several may share the file."""

    def __init__(self, path, header):
        self.path = pathlib.Path(path)
        head = {"format": "scnn-accuracy", "version": 1, **header}
        # A run that was stopped and goes on is under the header it wrote, unless another's came since.
        self._append(head, lambda entries: head in
                     [entry for entry in entries if "format" in entry][-1:])

    def add(self, **entry):
        """Appends an entry, unless a run that was stopped wrote it already."""
        self._append(entry, lambda entries: entry in entries)

    def _append(self, entry, is_there):
        """Appends unless `is_there` says so of what the file holds; no other run writes meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if not is_there(self._entries(file.read())):
                os.write(file.fileno(), (json.dumps(entry) + "\n").encode())

    def _entries(self, content):
        """Every line so far, those that head a run among them."""
        found = []
        for number, line in enumerate(content.splitlines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if not isinstance(entry, dict) or not ("stage" in entry or "format" in entry):
                raise RetrainError(f"{self.path}:{number}: is no line of an accuracy log")
            found.append(entry)
        return found
