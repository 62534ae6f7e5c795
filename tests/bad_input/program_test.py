#!/usr/bin/python3
"""Bad input through the program: one line, status 2, no output file.

Usage: program_test.py SCNN [unittest options]
"""

import os
import pathlib
import subprocess
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from program import SCNN, ProgramTest, main  # pylint: disable=wrong-import-position

RESULTS = ["--json", "r.json", "--csv", "r.csv", "--outputs", "o.h5"]


class BadArchitecture(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()

    def refuse_text(self, text, message):
        self.write("arch.json", text)
        for command in [["run", *RESULTS], ["compare", *RESULTS[:4]], ["encode", "--out", "e.h5"]]:
            with self.subTest(command[0], text=text):
                self.refuse(message, *command, "--network", "net.h5", "--arch", "arch.json")

    def test_an_unknown_key(self):
        self.refuse_text({"pe_row": 8}, 'arch.json#/pe_row: unknown key "pe_row", did you mean '
                                        '"pe_rows"?')
        self.refuse_text({"dram": {"latency": 1}},
                         'arch.json#/dram/latency: unknown key "latency", did you mean '
                         '"latency_cycles"?')

    def test_a_repeated_key(self):
        self.refuse_text('{ "kc": 8, "kc": 4 }',
                         'arch.json#/kc: repeated key "kc", expected every key once')

    def test_a_mistyped_value(self):
        self.refuse_text({"kc": "8"}, 'arch.json#/kc: found "8", expected an integer from 1 to 65536')
        self.refuse_text({"kc": 8.5}, "arch.json#/kc: found 8.5, expected an integer from 1 to 65536")
        self.refuse_text({"dram": 50}, "arch.json#/dram: found 50, expected an object")
        self.refuse_text({"shared_indices": 1},
                         "arch.json#/shared_indices: found 1, expected true or false")
        self.refuse_text({"accumulator": {"bypass": "full"}},
                         'arch.json#/accumulator/bypass: found "full", expected one of "none", '
                         '"step"')
        self.refuse_text([], "arch.json#: found an array, expected an object")

    def test_no_processing_elements(self):
        self.refuse_text({"pe_rows": 0}, "arch.json#/pe_rows: found 0, expected an integer from 1 to "
                                         "1024")
        self.refuse_text({"multiplier_array": {"F": 0}}, "arch.json#/multiplier_array/F: found 0, "
                                                         "expected an integer from 1 to 64")

    def test_kc_0(self):
        self.refuse_text({"kc": 0}, "arch.json#/kc: found 0, expected an integer from 1 to 65536")

    def test_index_bits_0(self):
        self.refuse_text({"index_bits": 0}, "arch.json#/index_bits: found 0, expected an integer "
                                            "from 1 to 16")

    def test_no_banks(self):
        self.refuse_text({"accumulator": {"banks": 0}}, "arch.json#/accumulator/banks: found 0, "
                                                        "expected an integer from 1 to 4096")

    def test_a_bank_map_unknown_or_without_its_banks(self):
        self.refuse_text({"accumulator": {"bank_map": "hashed"}},
                         'arch.json#/accumulator/bank_map: found "hashed", expected one of '
                         '"linear", "xor", "prime", "skewed"')
        self.refuse_text({"accumulator": {"bank_map": "xor", "banks": 24}},
                         'arch.json#/accumulator/banks: found 24, expected a power of two with '
                         'bank_map "xor"')

    def test_a_negative_latency(self):
        self.refuse_text({"dram": {"latency_cycles": -1}},
                         "arch.json#/dram/latency_cycles: found -1, expected an integer from 0 to "
                         "1073741824")

    def test_no_bandwidth(self):
        self.refuse_text({"dram": {"bytes_per_cycle": 0}},
                         "arch.json#/dram/bytes_per_cycle: found 0, expected an integer from 1 to "
                         "1073741824")

    def test_no_json(self):
        self.refuse_text("", "arch.json: empty, expected JSON text")
        self.refuse_text('{ "kc": }', "arch.json: line 1, column 9: unexpected '}'; expected '[', '{', "
                                      "or a literal")
        self.refuse("none.json: no such file, expected a JSON file",
                    "run", "--network", "net.h5", "--arch", "none.json", *RESULTS)

    def test_a_layer_that_does_not_fit_the_accumulators(self):
        self.write("arch.json", {"accumulator": {"capacity": "shrink-kc", "entries_per_bank": 1,
                                                 "banks": 2}})
        outcome = self.scnn("run", "--network", "net.h5", "--arch", "arch.json", *RESULTS)
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: layer conv\d: [^\n]+\n$")
        self.assertEqual({"net.h5", "arch.json"}, set(self.files()))


class BadNetwork(ProgramTest):
    """Everything that reads a network refuses it alike."""

    def refuse_network(self, message, commands=("run", "compare", "prune", "encode", "info")):
        lines = {
            "run": ["run", "--network", "net.h5", *RESULTS],
            "compare": ["compare", "--network", "net.h5", *RESULTS[:4]],
            "prune": ["prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.5",
                      "--out", "p.h5"],
            "encode": ["encode", "--network", "net.h5", "--out", "e.h5"],
            "info": ["info", "net.h5"],
        }
        for command in commands:
            with self.subTest(command):
                self.refuse(f"net.h5{message}", *lines[command])

    def spoiled(self, change):
        self.network()
        with h5py.File(self.path("net.h5"), "a") as file:
            change(file)

    def replace(self, file, name, values):
        attributes = dict(file[name].attrs)
        del file[name]
        file[name] = values
        file[name].attrs.update(attributes)

    def test_a_missing_file(self):
        self.refuse_network(": there is no such file")

    def test_an_empty_file(self):
        self.write("net.h5", "")
        self.refuse_network(": is empty, expected an HDF5 file",
                            ["run", "compare", "prune", "encode"])
        self.refuse_network(": empty, expected JSON text", ["info"])

    def test_a_file_of_another_format(self):
        self.write("net.h5", "{}\n")
        self.refuse_network(": is not an HDF5 file", ["run", "compare", "prune", "encode"])

    def test_a_truncated_file(self):
        self.network()
        whole = self.path("net.h5").read_bytes()
        for share in [0.1, 0.5, 0.99]:
            self.path("net.h5").write_bytes(whole[:int(len(whole) * share)])
            for command in ["run", "info"]:
                before = self.files()
                outcome = self.scnn(*{"run": ["run", "--network", "net.h5", *RESULTS],
                                      "info": ["info", "net.h5"]}[command])
                self.assertEqual(2, outcome.status)
                self.assertRegex(outcome.err, r"^scnn: error: net.h5\S*: is a truncated or damaged "
                                              r"HDF5 file[^\n]*\n$")
                self.assertEqual(before, self.files())

    def test_a_wrong_version(self):
        self.spoiled(lambda f: f.attrs.update(version=2))
        self.refuse_network(":/: attribute version is 2, expected 1")

    def test_a_wrong_format(self):
        self.spoiled(lambda f: f.attrs.update(format="onnx"))
        self.refuse_network(':/: attribute format is "onnx", expected "scnn-network" or '
                            '"scnn-encoded"')

    def test_a_missing_layer(self):
        self.spoiled(lambda f: f.pop("layers/conv2"))
        self.refuse_network(':/layers: attribute order names "conv2", expected a group of this name')

    def test_missing_weights(self):
        self.spoiled(lambda f: f.pop("layers/conv2/weights"))
        self.refuse_network(":/layers/conv2/weights: is missing, expected a dataset")

    def test_a_wrong_rank(self):
        self.spoiled(lambda f: self.replace(f, "layers/conv1/weights",
                                            numpy.ones((6, 3, 9), numpy.float32)))
        self.refuse_network(":/layers/conv1/weights: has shape [6][3][9], expected "
                            "[K][C/groups][R][S]")

    def test_disagreeing_shapes(self):
        self.spoiled(lambda f: self.replace(f, "layers/conv1/input",
                                            numpy.ones((3, 8, 7), numpy.float32)))
        self.refuse_network(":/layers/conv1/input: has shape [3][8][7], expected [C][H][W] = "
                            "[3][8][8]")

    def test_groups_that_do_not_divide(self):
        self.spoiled(lambda f: f["layers/conv2"].attrs.update(groups=3))
        self.refuse_network(":/layers/conv2: groups 3 does not divide C 6 and K 8")

    def test_weights_that_are_not_finite(self):
        for value in ["nan", "inf", "-inf"]:
            self.network()
            with h5py.File(self.path("net.h5"), "a") as file:
                file["layers/conv1/weights"][5, 2, 1, 0] = float(value)
            self.refuse_network(f":/layers/conv1/weights: {value} at [5][2][1][0], expected finite "
                                "numbers")

    def test_absurd_dimensions_take_no_memory(self):
        cases = {
            (1 << 40, 3, 3, 3): ":/layers/conv1: K is 1099511627776, expected 1 to 16777216",
            (1 << 24, 3, 7, 7): ":/layers/conv1: the weight tensor has more than 2^31 elements, "
                                "which is too large",
            (64, 3, 7, 7): ":/layers/conv1/weights: stores 0 of the 37632 bytes that shape "
                           "[64][3][7][7] needs: it was never written, or only in part",
        }
        for shape, message in cases.items():
            def grow(file, dims=shape):
                del file["layers/conv1/weights"]
                file["layers/conv1"].create_dataset("weights", dims, "f4", chunks=(64, 3, 3, 3))
                if "bias" in file["layers/conv1"]:
                    del file["layers/conv1/bias"]
            self.spoiled(grow)
            self.refuse_network(message)
            with subprocess.Popen([SCNN, "info", "net.h5"], cwd=self.folder,
                                  stderr=subprocess.DEVNULL) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(2, process.returncode)
            self.assertLess(usage.ru_maxrss, 256 * 1024, "KiB")

    def test_a_layer_without_input_when_none_is_synthesised(self):
        self.network(inputs=False)
        self.refuse_network(":/layers/conv1: has no dataset input and no attribute input_density, "
                            "expected one of the two, or --activation-density", ["run", "compare"])

    def test_a_link_out_of_the_file(self):
        def link(file):
            del file["layers/fc/weights"]
            file["layers/fc/weights"] = h5py.ExternalLink("other.h5", "/weights")
        self.spoiled(link)
        self.refuse_network(":/layers/fc/weights: is a link to another file, expected a dataset")


class BadDensity(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()

    def test_on_the_command_line(self):
        prune = ["prune", "--network", "net.h5", "--granularity", "fine", "--out", "p.h5"]
        for text in ["0", "-0.1", "1.01", "nan", "inf", "half", "0.5x"]:
            expected = f'found "{text}", expected a density above 0, at most 1'
            with self.subTest(text):
                self.refuse(f"--density: {expected}", *prune, f"--density={text}")
                self.refuse(f"--schedule: {expected}", *prune, f"--schedule=0.5,{text}")
                self.refuse(f"--density: {expected}", "compare", "--network", "net.h5",
                            f"--density={text}", *RESULTS[:4])
                self.refuse(f"--activation-density: {expected}", "run", "--network", "net.h5",
                            f"--activation-density={text}", *RESULTS)

    def test_in_a_densities_file(self):
        commands = [["prune", "--network", "net.h5", "--granularity", "fine", "--out", "p.h5"],
                    ["compare", "--network", "net.h5", *RESULTS[:4]],
                    ["zoo", "alexnet", "--out", "a.h5"]]
        for value, shown in [(0, "0"), (1.5, "1.5"), (-1, "-1"), ("0.5", '"0.5"'), (None, "null")]:
            self.write("d.json", {"conv*": 0.5, "fc": value})
            for command in commands:
                with self.subTest(command=command[0], value=value):
                    self.refuse(f"d.json#/fc: found {shown}, expected a number in (0,1]", *command,
                                "--densities", "d.json")

    def test_in_the_network(self):
        with h5py.File(self.path("net.h5"), "a") as file:
            file["layers/fc"].attrs["input_density"] = 0.0
        self.refuse("net.h5:/layers/fc: attribute input_density is 0, expected a density above 0, at "
                    "most 1", "run", "--network", "net.h5", *RESULTS)


if __name__ == "__main__":
    main()
