"""The log: every accuracy that was measured, one JSON object per line (docs/formats.md)."""

import json
import os
import pathlib

from retrain.errors import RetrainError

class Log:
    """Lines are appended whole, so that several runs may share the file."""

    def __init__(self, path, header):
        self.path = pathlib.Path(path)
        self.entries()
        self._write({"format": "scnn-accuracy", "version": 1, **header})

    def entries(self):
        """Every line so far, those that head a run among them."""
        if not self.path.exists():
            return []
        found = []
        for number, line in enumerate(self.path.read_text("utf-8").splitlines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if not isinstance(entry, dict) or not ("stage" in entry or "format" in entry):
                raise RetrainError(f"{self.path}:{number}: is no line of an accuracy log")
            found.append(entry)
        return found

    def add(self, **entry):
        """Appends an entry, unless a run that was stopped wrote it already."""
        if entry not in self.entries():
            self._write(entry)

    def _write(self, entry):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, (json.dumps(entry) + "\n").encode())
        finally:
            os.close(handle)
