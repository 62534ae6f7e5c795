"""What the tests of the program share: running it, and networks small enough to run often.

Every test file is called with the program's path as its first argument.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TINY = ROOT / "configs/tiny.json"
SCNN = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None


class Outcome:
    """What a run of the program left behind."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr


class ProgramTest(unittest.TestCase):
    """A folder of its own in which the program runs."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def scnn(self, *arguments, stdout=subprocess.PIPE, env=None):
        done = subprocess.run([SCNN, *map(str, arguments)], cwd=self.folder, stdout=stdout,
                              stderr=subprocess.PIPE, text=True, check=False,
                              env=dict(os.environ, **(env or {})), timeout=300)
        return Outcome(done)

    def succeed(self, *arguments):
        """Runs the program and returns what it printed; messages are allowed."""
        outcome = self.scnn(*arguments)
        self.assertEqual(0, outcome.status, outcome.err)
        return outcome.out

    def refuse(self, message, *arguments, status=2):
        """The program ends with one line, exactly this, prints nothing, leaves no new file."""
        before = self.files()
        outcome = self.scnn(*arguments)
        self.assertEqual(f"scnn: error: {message}\n", outcome.err)
        self.assertEqual(status, outcome.status)
        self.assertEqual("", outcome.out)
        self.assertEqual(before, self.files(), "a file was left behind")

    def files(self):
        return {p.relative_to(self.folder).as_posix(): p.read_bytes()
                for p in self.folder.rglob("*") if p.is_file()}

    def path(self, name):
        return self.folder / name

    def write(self, name, value):
        """A text file, or a JSON file of what is not text."""
        text = value if isinstance(value, str) else json.dumps(value)
        self.path(name).write_text(text, encoding="utf-8")
        return name

    def load(self, name):
        return json.loads(self.path(name).read_text(encoding="utf-8"))

    def network(self, name="net.h5", **options):
        write_network(self.path(name), **options)
        return name


def weights_of(generator, shape, dtype):
    values = generator.normal(size=shape)
    return values.astype(numpy.float32) if dtype == "float32" else \
        numpy.round(values * 2000).astype(dtype)


def image_of(generator, shape):
    values = generator.normal(size=shape)
    return numpy.where(values > 0.2, values, 0).astype(numpy.float32)


def write_network(path, name="small", dtype="float32", inputs=True, seed=1, **attributes):
    """Two convolutions and a fully-connected layer; `attributes` are added to every layer."""
    generator = numpy.random.default_rng(seed)
    layers = {
        "conv1": {"kind": "conv", "input": (3, 8, 8), "weights": (6, 3, 3, 3), "stride": [2, 2],
                  "padding": [1, 1, 1, 1], "groups": 1, "relu": 1},
        "conv2": {"kind": "conv", "input": (6, 4, 4), "weights": (8, 3, 3, 3), "stride": [1, 1],
                  "padding": [1, 1, 1, 1], "groups": 2, "relu": 1},
        "fc": {"kind": "fc", "input": (16, 1, 1), "weights": (10, 16, 1, 1), "stride": [1, 1],
               "padding": [0, 0, 0, 0], "groups": 1, "relu": 0},
    }
    with h5py.File(path, "w") as file:
        file.attrs.update(format="scnn-network", version=1, name=name)
        group = file.create_group("layers")
        group.attrs.create("order", list(layers), dtype=h5py.string_dtype())
        for key, layer in layers.items():
            one = group.create_group(key)
            one.attrs.update(kind=layer["kind"], stride=layer["stride"], padding=layer["padding"],
                             dilation=[1, 1], groups=layer["groups"], relu=layer["relu"],
                             input_shape=layer["input"], **attributes)
            one["weights"] = weights_of(generator, layer["weights"], dtype)
            one["bias"] = generator.normal(size=layer["weights"][0]).astype(numpy.float32)
            image = image_of(generator, layer["input"])
            if inputs:
                one["input"] = image


def main():
    """Runs the tests of the calling file."""
    if SCNN is None or not SCNN.is_file():
        sys.exit(f"usage: {sys.argv[0]} SCNN [unittest options]")
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
