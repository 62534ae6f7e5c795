#!/usr/bin/python3
"""The five lines at the end of a run, held to its JSON. Usage: summary_test.py SCNN [unittest options]"""

import unittest

from program import TINY, ProgramTest, main

LABELS = ["time", "limited by", "multipliers", "layers", "memory"]


def losses(counters, arch):
    """Multiplier-cycles without product, by cause, from the definitions of docs/machine.md."""
    of_a_pe = arch["multiplier_array"]["F"] * arch["multiplier_array"]["I"]
    pes = arch["pe_rows"] * arch["pe_cols"]
    c = counters
    return {"empty slots": c["slots"] - c["products"],
            "slower PEs": (c["backpressure_wait"] + c["barrier_wait"]) * of_a_pe,
            "bank conflicts": c["bank_stall"] * of_a_pe,
            "weight supply": c["weight_wait"] * of_a_pe,
            "draining": (c["buffer_wait"] + c["drain"]) * of_a_pe,
            "DRAM traffic": (c["cycles"] - c["compute_cycles"]) * of_a_pe * pes}


def time_of(counters, arch):
    return (counters["cycles"] * arch["pe_rows"] * arch["pe_cols"] * arch["multiplier_array"]["F"] *
            arch["multiplier_array"]["I"])


def scaled(count):
    """As a column of the tables shows a count."""
    for unit, prefix, limit in [(1, "", 1e6), (1e3, " k", 1e8), (1e6, " M", 1e11)]:
        if count < limit:
            return f"{count:,}" if unit == 1 else f"{count / unit:,.1f}{prefix}"
    raise ValueError(count)


def size(bits):
    value = bits // 8
    if value < 1024:
        return f"{value} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if value < 1024:
            return f"{value:.1f} {unit}"
    raise ValueError(bits)


def limit(counters, arch):
    time = time_of(counters, arch)
    if counters["products"] / time >= 0.8:
        return f"multipliers {counters['products'] / time * 100:.1f} %"
    cause, lost = max(losses(counters, arch).items(), key=lambda item: item[1])
    return f"{cause} {lost / time * 100:.1f} %"


class Summary(ProgramTest):
    def summary(self, *arguments):
        """The five lines of a run by their labels, and its result."""
        text = self.succeed("run", *arguments, "--json", "r.json", "--quiet")
        block = text.rstrip("\n").split("\n\n")[-1].splitlines()
        self.assertEqual(LABELS, [line[:13].rstrip() for line in block])
        self.assertTrue(all(len(line) <= 100 for line in block))
        again = self.succeed("info", "r.json").rstrip("\n").split("\n\n")[-1].splitlines()
        self.assertEqual(block, again)
        return {line[:13].rstrip(): line[13:] for line in block}, self.load("r.json")

    def check(self, *arguments):
        lines, result = self.summary(*arguments)
        total, arch = result["total"]["counters"], result["architecture"]
        time = time_of(total, arch)
        self.assertEqual(time, total["products"] + sum(losses(total, arch).values()),
                         "the losses do not account for all of the time")
        self.assertEqual(f"{total['cycles']:,} cycles; "
                         f"{total['dcnn_cycles'] / total['cycles']:.2f} x as fast as DCNN; "
                         f"{total['oracle_cycles'] / total['cycles']:.3f} of the oracle",
                         lines["time"])
        self.assertEqual(limit(total, arch), lines["limited by"].split(";")[0])
        first, *told = lines["multipliers"].split("; ")
        self.assertEqual(f"products {total['products'] / time * 100:.1f} %", first)
        shares = sorted(losses(total, arch).items(), key=lambda item: -item[1])
        for (cause, lost), said in zip(shares, told):
            self.assertEqual(f"{cause} {lost / time * 100:.1f} %", said)
        layers = sorted(result["layers"], key=lambda l: -l["counters"]["cycles"])
        for layer, said in zip(layers, lines["layers"].split("; ")):
            share = layer["counters"]["cycles"] / total["cycles"] * 100
            self.assertEqual(f"{layer['name']} {share:.1f} % ({limit(layer['counters'], arch)})", said)
        bits = total["dram_weight_bits"] + total["dram_activation_bits"]
        bandwidth = bits / (8 * arch["dram"]["bytes_per_cycle"] * total["cycles"]) * 100
        dram, *told = lines["memory"].split("; ")
        self.assertEqual(f"DRAM {size(total['dram_weight_bits'])} weights, "
                         f"{size(total['dram_activation_bits'])} activations", dram)
        expected = [f"{bandwidth:.1f} % busy",
                    f"{scaled(total['accumulator_writes'])} accumulator writes"]
        self.assertEqual(expected[:len(told)], told)
        self.assertGreaterEqual(len(told), 1)
        return lines["limited by"].split(";")[0].rsplit(" ", 2)[0]

    def test_machines_are_limited_by_what_they_lack(self):
        net = self.network()
        self.succeed("zoo", "alexnet", "--densities", "published", "--out", "alex.h5")
        found = {self.check("--network", "alex.h5"), self.check("--network", net),
                 self.check("--network", net, "--arch", TINY)}
        for lacking, change in {
                "DRAM traffic": {"dram": {"bytes_per_cycle": 2}},
                "bank conflicts": {"accumulator": {"banks": 1}, "pe_rows": 1, "pe_cols": 1},
                "weight supply": {"dram": {"latency_cycles": 100000}},
                "multipliers": {"pe_rows": 1, "pe_cols": 1,
                                     "multiplier_array": {"F": 1, "I": 1}}}.items():
            with self.subTest(lacking):
                self.write("arch.json", change)
                # The input of the first layer comes from DRAM.
                layer = "conv1" if lacking == "DRAM traffic" else "conv3"
                said = self.check("--network", "alex.h5", "--layers", layer, "--arch", "arch.json")
                self.assertEqual(lacking, said)
                found.add(said)
        self.assertGreaterEqual(len(found), 5, found)


if __name__ == "__main__":
    main()
