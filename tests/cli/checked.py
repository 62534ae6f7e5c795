"""What the tests of scnn check share: two cases, and a baseline of them."""

import json

from program import ProgramTest

SMALL = {"pe_rows": 2, "pe_cols": 2}


class Checked(ProgramTest):
    """Two cases: a network of a file on a machine of a file, and a layer of the zoo."""

    def setUp(self):
        super().setUp()
        self.path("sub").mkdir()
        self.network("sub/net.h5")
        self.write("sub/arch.json", {**SMALL, "dram": {"latency_cycles": 10}})
        self.cases = [
            {"name": "mine", "network": {"file": "net.h5"}, "architecture": "arch.json"},
            {"name": "zoo", "network": {"zoo": "googlenet", "layers": ["inception_5b_1x1"], "seed": 3},
             "architecture": SMALL, "options": {"values": False}},
        ]

    def record(self, **more):
        for case in self.cases:
            case.update(more)
        self.write("sub/cases.json", self.cases)
        return self.succeed("check", "b.json", "--record", "sub/cases.json")

    def check(self, *words, status=0):
        outcome = self.scnn("check", "b.json", *words)
        self.assertEqual((status, ""), (outcome.status, outcome.err))
        return outcome.out

    def tamper(self, change):
        baseline = self.load("b.json")
        change(baseline["cases"])
        self.path("b.json").write_text(json.dumps(baseline, indent=2) + "\n")

    def counters(self, case=0, layer=0):
        return self.load("b.json")["cases"][case]["layers"][layer]["counters"]
