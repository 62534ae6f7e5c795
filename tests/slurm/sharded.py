"""A sweep of some seconds whose shards are run in many ways, and what its tables must be."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCNN = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
TABLES = ["table.csv", "table.json", "table.h5"]
TASKS = 3

# Seconds of work, so that a task can be met while it runs; some points share work, some do not.
PLAN = {
    "schema": "scnn-sweep/1",
    "networks": [{"zoo": "alexnet", "densities": "published", "layers": ["conv[23]"]}],
    "axes": [
        {"key": "seed", "range": {"from": 1, "to": 4, "step": 1}},
        {"key": "/accumulator/queue_threshold", "values": [1, 4]},
        {"key": "/dram/bytes_per_cycle", "values": [25, 50]},
        {"key": "/multiplier_array/F", "values": [2, 4]},
    ],
    "pareto": ["cycles", "area_mm2"],
}
POINTS = 32


class SweepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Whatever a shell or Slurm might take for its own.
        cls.root = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(
            prefix="it's a $sweep %j ")))
        cls.plan = cls.root / "plan.json"
        cls.plan.write_text(json.dumps(PLAN))
        cls.expected = cls.root / "single"
        cls.sweep("--out", cls.expected)

    @classmethod
    def sweep(cls, *options, plan=True):
        command = [SCNN, "sweep", *([cls.plan] if plan else []), *options]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                              cwd=cls.root)
        if done.returncode != 0:
            raise AssertionError(f"{command}: status {done.returncode}: {done.stderr}")

    def assert_tables_equal(self, folder):
        for name in TABLES:
            self.assertEqual((self.expected / name).read_bytes(), (folder / name).read_bytes(), name)

    def results(self, folder):
        return sorted((folder / "points").glob("*/*.json"))


def main():
    """Runs the tests of the calling file."""
    if SCNN is None or not SCNN.is_file():
        sys.exit(f"usage: {sys.argv[0]} SCNN [unittest options]")
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
