#!/usr/bin/python3
"""Every axis: a point of a sweep, whatever it shares with others, equals a run of its own.

Usage: reuse_test.py SCNN [unittest options]
"""

import json

from program import ProgramTest, main

# Two other values than the tiny machine's for every key of an architecture.
AXES = {
    "/name": ["other", "third"], "/clock_ghz": [0.5, 2.0], "/pe_rows": [1, 3], "/pe_cols": [1, 4],
    "/multiplier_array/F": [1, 4], "/multiplier_array/I": [1, 3], "/kc": [1, 8],
    "/weight_bits": [8, 12], "/activation_bits": [8, 12], "/accumulator_bits": [8, 40],
    "/index_bits": [1, 8], "/accumulator/banks": [3, 16], "/accumulator/entries_per_bank": [8, 64],
    "/accumulator/queue_threshold": [0, 1], "/accumulator/bank_map": ["prime", "skewed"],
    "/accumulator/bypass": ["step"], "/accumulator/capacity": ["shrink-kc", "split-plane"],
    "/iaram_bytes": [0, 64], "/oaram_bytes": [0, 64], "/weight_fifo_entries": [1, 3],
    "/broadcast_entries_per_cycle": [1, 4], "/dram/bytes_per_cycle": [1, 64],
    "/dram/latency_cycles": [0, 500], "/ppu/entries_per_cycle": [1, 64],
    "/ppu/halo_entries_per_cycle": [1, 64], "/stride_mode": ["discard"],
    "/shared_indices": [False], "/skip_zero_weights": [False], "/skip_zero_activations": [False],
}
TINY = {"pe_rows": 2, "pe_cols": 2, "multiplier_array": {"F": 2, "I": 2}, "kc": 4,
        "accumulator": {"banks": 8, "entries_per_bank": 32}, "weight_fifo_entries": 8,
        "broadcast_entries_per_cycle": 2, "dram": {"bytes_per_cycle": 8, "latency_cycles": 10}}
TIMING = ["/name", "/clock_ghz", "/iaram_bytes", "/oaram_bytes", "/weight_fifo_entries",
          "/broadcast_entries_per_cycle", "/dram/bytes_per_cycle", "/dram/latency_cycles",
          "/ppu/entries_per_cycle", "/ppu/halo_entries_per_cycle"]
# Under these, steps are sure to go alike.
ALIKE = ["/name", "/clock_ghz", "/iaram_bytes", "/oaram_bytes", "/ppu/entries_per_cycle",
         "/ppu/halo_entries_per_cycle"]


def keys_of(architecture, prefix=""):
    for key, value in architecture.items():
        if isinstance(value, dict):
            yield from keys_of(value, f"{prefix}/{key}")
        else:
            yield f"{prefix}/{key}"


class EveryAxis(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()
        self.write("base.json", TINY)

    def resolved(self):
        self.succeed("run", "--network", "net.h5", "--arch", "base.json", "--json", "base.out")
        return self.load("base.out")["architecture"]

    def check_points(self, axes, folder):
        """Every result equals that of `scnn run`, byte for byte but for `host`.

        Returns how many groups were repeated.
        """
        self.write("plan.json", {"schema": "scnn-sweep/1", "networks": [{"file": "net.h5"}],
                                 "architecture": "base.json", "axes": axes})
        self.succeed("sweep", "plan.json", "--out", folder, "--jobs", "1")
        repeated = 0
        for file in sorted((self.path(folder) / "points").glob("*/*.json")):
            point = json.loads(file.read_text(encoding="utf-8"))
            self.write("arch.json", point["architecture"])
            self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--json", "run.json")
            run = self.load("run.json")
            repeated += point["host"]["steps"].get("repeated_groups", 0)
            for part in ("host", "sweep"):
                point.pop(part, None)
                run.pop(part, None)
            self.assertEqual(json.dumps(run), json.dumps(point), str(axes))
        return repeated

    def test_every_key_of_an_architecture_is_tested(self):
        self.assertEqual(sorted(set(keys_of(self.resolved())) - {"/barrier"}), sorted(AXES))

    def test_each_axis(self):
        base = self.resolved()
        for number, (key, values) in enumerate(AXES.items()):
            with self.subTest(key):
                own = base
                for part in key.strip("/").split("/"):
                    own = own[part]
                # The base last, after the others have left their traces.
                repeated = self.check_points([{"key": key, "values": [*values, own]}],
                                             f"axis{number}")
                if key in ALIKE:
                    self.assertGreater(repeated, 0, "nothing was shared")
                if key not in TIMING:
                    self.assertEqual(0, repeated, "machines that differ in more shared steps")

    def test_timing_axes_together(self):
        axes = [{"key": key, "values": [AXES[key][0], AXES[key][1]]}
                for key in TIMING if key not in ("/name", "/clock_ghz", "/iaram_bytes",
                                                 "/oaram_bytes", "/dram/latency_cycles")]
        self.assertGreater(self.check_points(axes, "timing"), 0)


if __name__ == "__main__":
    main()
