#!/usr/bin/python3
"""`scnn run --detail`: the same run, less summed up.

Usage: detail_test.py SCNN [unittest options]
"""

from program import ProgramTest, main

ARCHITECTURES = {
    "plain": {"pe_rows": 2, "pe_cols": 3, "weight_fifo_entries": 4, "kc": 2},
    "tiles": {"pe_rows": 2, "pe_cols": 2, "kc": 2,
              "accumulator": {"banks": 4, "entries_per_bank": 8, "capacity": "split-plane"}},
    "slow": {"pe_rows": 3, "pe_cols": 2, "kc": 3, "ppu": {"entries_per_cycle": 1},
             "accumulator": {"banks": 7, "bank_map": "prime"}, "dram": {"latency_cycles": 0}},
}


class Detail(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()

    def run_with(self, architecture, *options):
        self.write("arch.json", architecture)
        self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--json", "run.json",
                     *options)
        return self.load("run.json")

    def test_it_sums_to_the_counters_and_is_the_same_from_both_engines(self):
        for name, architecture in ARCHITECTURES.items():
            with self.subTest(name):
                result = self.run_with(architecture, "--detail")
                clocked = self.run_with(architecture, "--detail", "--engine", "clocked")
                self.assertEqual(result["detail"], clocked["detail"])
                for layer, detail in zip(result["layers"], result["detail"]["layers"]):
                    self.check_layer(layer, detail, result["architecture"])

    def check_layer(self, layer, detail, architecture):
        counters = layer["counters"]
        self.assertEqual(layer["name"], detail["name"])
        for name, values in detail["pes"].items():
            self.assertEqual(architecture["pe_rows"] * architecture["pe_cols"], len(values))
            self.assertEqual(counters[name], sum(values), name)
        self.assertEqual(architecture["accumulator"]["banks"], len(detail["bank_updates"]))
        self.assertEqual(counters["updates"], sum(detail["bank_updates"]))
        groups = detail["groups"]
        shape = layer["shape"]
        per_convolution = -(-shape["K"] // shape["groups"] // layer["kc"])
        self.assertEqual(per_convolution * shape["groups"] * layer["temporal_tiles"],
                         len(groups["start"]))
        last_barrier = 0
        for start, first, barrier, drained in zip(*(groups[k] for k in (
                "start", "first_finish", "barrier", "drain_end"))):
            self.assertLessEqual(last_barrier, start)
            self.assertTrue(start <= first <= barrier <= drained, groups)
            last_barrier = barrier
        self.assertEqual(counters["compute_cycles"], groups["drain_end"][-1])

    def test_nothing_else_of_the_result_changes(self):
        plain = self.run_with(ARCHITECTURES["plain"])
        detailed = self.run_with(ARCHITECTURES["plain"], "--detail")
        self.assertNotIn("detail", plain)
        for part in ("host", "detail"):
            plain.pop(part, None)
            detailed.pop(part, None)
        self.assertEqual(plain, detailed)

    def test_it_needs_a_file_to_be_in(self):
        self.refuse("--detail: found without --json, expected both", "run", "--network", "net.h5",
                    "--detail")


if __name__ == "__main__":
    main()
