"""What the tests of tools/prune_retrain.py share: a small network, pictures, running the script."""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from program import ROOT, SCNN, ProgramTest, main  # pylint: disable=wrong-import-position,unused-import

try:
    import torch
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}; Debian's packages are python3-torch and python3-pil")
    sys.exit(77)

sys.path.insert(0, str(ROOT / "tools"))
SCRIPT = ROOT / "tools/prune_retrain.py"

MODEL = """
from torch import nn
from torch.nn import functional


class Net(nn.Module):
    '''Batch norms, a shortcut, a stride, a linear layer.'''

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8))
        self.last = nn.Conv2d(8, 12, 3, stride=2)
        self.drop = nn.Dropout(0.1)
        self.linear = nn.Linear(12, 4)

    def forward(self, x):
        x = functional.relu(self.norm(self.first(x)))
        x = functional.relu(x + self.block(x))
        return self.linear(self.drop(functional.relu(self.last(x))).mean((2, 3)))


number = 5
"""


def picture(generator, label):
    """12 x 12 pixels of noise with bright rows, columns, a bright half or a bright corner."""
    values = generator.integers(0, 120, (12, 12, 3))
    bright = [numpy.s_[::3], numpy.s_[:, ::3], numpy.s_[:6], numpy.s_[:5, :5]][label]
    values[bright] += 120
    return Image.fromarray(values.astype(numpy.uint8))


def write_pictures(folder, train=64, test=16):
    """Four classes of that many pictures each."""
    generator = numpy.random.default_rng(3)
    for part, count in (("train", train), ("test", test)):
        for label, name in enumerate(["columns", "corner", "half", "rows"]):
            (folder / part / name).mkdir(parents=True)
            for index in range(count):
                picture(generator, label).save(folder / part / name / f"{index:03}.png")


class RetrainTest(ProgramTest):
    """A folder with the network and the pictures, in which the script runs."""

    def setUp(self):
        super().setUp()
        self.write("net.py", MODEL)
        self.provide_pictures()

    def provide_pictures(self):
        write_pictures(self.path("pictures"))

    def command(self, work, *options, model="net.py:Net", data="pictures"):
        return [SCRIPT, model, "--data", data, "--work", work, "--scnn", SCNN, *map(str, options)]

    def script(self, work, *options, **where):
        return subprocess.run(self.command(work, *options, **where), cwd=self.folder, text=True,
                              capture_output=True, check=False, timeout=300,
                              env=dict(os.environ, OMP_NUM_THREADS="1"))

    def train(self, work, *options, **where):
        """Runs the script, which must succeed, silent but for the accuracies."""
        done = self.script(work, *options, **where)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return done.stdout

    def mistake(self, work, *options, **where):
        """What the script says, called in this process: PyTorch takes seconds to load."""
        import prune_retrain  # pylint: disable=import-outside-toplevel
        words = [str(word) for word in self.command(work, *options, **where)[1:]]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(err):
            status = prune_retrain.main([*words, "--quiet"])
        self.assertEqual((2, ""), (status, out.getvalue()), err.getvalue())
        self.assertRegex(err.getvalue(), r"^prune_retrain.py: error: [^\n]*\n$")
        return err.getvalue()[len("prune_retrain.py: error: "):-1]

    def log(self, work):
        """The lines of a log without those that head a run."""
        text = (self.path(work) / "accuracy.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(("scnn-accuracy", 1), (lines[0]["format"], lines[0]["version"]))
        return [line for line in lines if "stage" in line]


def layers_of(path):
    """Layer name -> (attributes, datasets, attributes of the datasets)."""
    found = {}
    with h5py.File(path) as file:
        for name in file["layers"].attrs["order"]:
            group = file["layers"][name]
            found[name] = (dict(group.attrs), {k: group[k][()] for k in group},
                           {k: dict(group[k].attrs) for k in group})
    return found


def grains(mask, granularity):
    """The mask with one row per grain."""
    size = {"fine": 1, "vector": mask.shape[3], "kernel": mask[0, 0].size, "filter": mask[0].size}
    return mask.reshape(-1, size[granularity])
