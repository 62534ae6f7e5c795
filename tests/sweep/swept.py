"""What the tests of sweeps share: a small network, plans over it, what a sweep leaves behind."""

import csv
import json

from program import TINY, ProgramTest

BASE = json.loads("\n".join(line for line in TINY.read_text(encoding="utf-8").splitlines()
                            if not line.startswith("//")))


class SweepTest(ProgramTest):
    """A folder with a small network, and plans over it on the tiny machine."""

    def setUp(self):
        super().setUp()
        self.network()

    def plan(self, *axes, name="plan.json", **members):
        return self.write(name, {"schema": "scnn-sweep/1", "networks": [{"file": "net.h5"}],
                                 "architecture": BASE, "axes": list(axes), **members})

    def sweep(self, plan="plan.json", *options, status=0):
        outcome = self.scnn("sweep", plan, *options)
        self.assertEqual(status, outcome.status, outcome.err)
        return outcome

    def table(self, folder="plan"):
        with open(self.path(folder) / "table.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def tables(self, folder="plan"):
        return {name: (self.path(folder) / name).read_bytes()
                for name in ("table.csv", "table.json", "table.h5")}

    def results(self, folder="plan"):
        return sorted((self.path(folder) / "points").glob("*/*.json"))

    def result_of(self, row, folder="plan"):
        point = row["point"]
        return json.loads((self.path(folder) / "points" / point[:2] / f"{point}.json")
                          .read_text(encoding="utf-8"))


def axis(key, *values):
    return {"key": key, "values": list(values)}


FIFO = axis("/weight_fifo_entries", 2, 8)
BANKS = axis("/accumulator/banks", 4, 8, 16)
