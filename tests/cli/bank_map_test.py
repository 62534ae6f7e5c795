#!/usr/bin/python3
"""Bank maps on the layers that the linear map holds up: VGG 2_1 and 2_2.

Usage: bank_map_test.py SCNN [unittest options]
"""

from program import ProgramTest, main

# Every entry of a window in a bank of its own, and one update per step to each.
NO_CONFLICTS = {"banks": 4096, "bypass": "step"}


class Pitch16(ProgramTest):
    """Windows of 16 x 16, whose rows and channels meet in the same of 32 banks."""

    def layers(self, accumulator):
        """Counters of the two layers."""
        self.write("arch.json", {"accumulator": accumulator})
        self.succeed("run", "--network", "vgg16.h5", "--layers", "conv2_*", "--arch", "arch.json",
                     "--no-verify", "--json", "run.json", "--quiet")
        return {layer["name"]: layer["counters"] for layer in self.load("run.json")["layers"]}

    def test_every_other_map_comes_within_a_tenth_of_no_conflicts(self):
        self.succeed("zoo", "vgg16", "--densities", "published", "--out", "vgg16.h5", "--quiet")
        bound = self.layers(NO_CONFLICTS)
        self.assertEqual(["conv2_1", "conv2_2"], sorted(bound))
        for name, counters in bound.items():
            self.assertEqual(0, counters["bank_stall"], name)
        over = {}
        for bank_map in ["linear", "xor", "prime", "skewed"]:
            for name, counters in self.layers({"bank_map": bank_map}).items():
                self.assertEqual(bound[name]["products"], counters["products"])
                self.assertGreater(counters["bank_stall"], 0)
                over[bank_map, name] = counters["compute_cycles"] / bound[name]["compute_cycles"]
        for (bank_map, name), ratio in over.items():
            with self.subTest(bank_map=bank_map, layer=name):
                if bank_map == "linear":
                    self.assertGreater(ratio, 1.8)
                else:
                    self.assertTrue(1 < ratio < (1.001 if bank_map == "skewed" else 1.1), ratio)


if __name__ == "__main__":
    main()
