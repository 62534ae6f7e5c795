#!/usr/bin/python3
"""scnn zoo, prune, encode and info. Usage: networks_test.py SCNN [unittest options]"""

import h5py
import numpy

from program import TINY, ProgramTest, main


def row_of(text, name):
    """Cells of the first table line with that name."""
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


class Zoo(ProgramTest):
    def test_a_network_is_written_and_its_layers_are_printed(self):
        text = self.succeed("zoo", "alexnet", "--out", "a.h5")
        self.assertEqual(["conv2", "96x27x27", "256x48x5x5", "1", "2", "2", "307.2", "-", "1.000",
                          "0.936", "223.9"], row_of(text, "conv2"))
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        with h5py.File(self.path("a.h5")) as file:
            self.assertEqual(("scnn-network", "alexnet", 1),
                             tuple(file.attrs[n] for n in ["format", "name", "seed"]))
            self.assertEqual(["conv1", "conv2", "conv3", "conv4", "conv5"],
                             [n.decode() if isinstance(n, bytes) else n
                              for n in file["layers"].attrs["order"]])
            self.assertEqual(1.0, numpy.count_nonzero(file["layers/conv3/weights"]) / 884736)

    def test_published_densities_are_those_of_the_layers(self):
        self.succeed("zoo", "alexnet", "--densities", "published", "--out", "a.h5")
        with h5py.File(self.path("a.h5")) as file:
            for layer in file["layers"].values():
                weights = layer["weights"][...]
                kept = round(layer.attrs["density_published"] * weights.size)
                self.assertEqual(kept, numpy.count_nonzero(weights))
                self.assertEqual("fine", layer["mask"].attrs["granularity"])

    def test_densities_can_be_one_number_or_a_file_and_activations_another(self):
        self.succeed("zoo", "alexnet", "--densities", "0.5", "--activation-density", "0.25",
                     "--out", "a.h5")
        with h5py.File(self.path("a.h5")) as file:
            for layer in file["layers"].values():
                self.assertEqual(0.5, numpy.count_nonzero(layer["weights"]) / layer["weights"].size)
                image = layer["input"]
                self.assertEqual(round(0.25 * image.size), numpy.count_nonzero(image))
        self.write("d.json", {"conv[12]": 0.5, "nothing": 0.5})
        outcome = self.scnn("zoo", "alexnet", "--densities", "d.json", "--out", "a.h5")
        self.assertEqual(
            'scnn: note: no layer matches "nothing" of the densities file\n'
            'scnn: note: left alone, as the densities file has no match: "conv3", "conv4", "conv5"\n',
            outcome.err)
        self.assertEqual(["fine", "-"],
                         [row_of(outcome.out, n)[7] for n in ["conv2", "conv3"]])

    def test_activations_cluster_unless_they_are_asked_to_be_independent(self):
        def neighbours(*options):
            """Correlation of an element of conv3's input with the next being non-zero."""
            self.succeed("zoo", "alexnet", *options, "--out", "a.h5")
            with h5py.File(self.path("a.h5")) as file:
                active = file["layers/conv3/input"][...] != 0
            self.assertEqual(round(0.527 * active.size), numpy.count_nonzero(active))
            return numpy.corrcoef(active[:, :, 1:].ravel(), active[:, :, :-1].ravel())[0, 1]

        self.assertGreater(neighbours(), 0.45)
        self.assertEqual(neighbours(), neighbours("--activation-model", "correlated"))
        self.assertLess(abs(neighbours("--activation-model", "independent")), 0.05)

    def test_the_seed_changes_the_numbers_and_equal_seeds_the_file_not(self):
        for name, seed in [("a.h5", 1), ("b.h5", 1), ("c.h5", 2)]:
            self.succeed("zoo", "alexnet", "--seed", seed, "--out", name)
        a, b, c = (self.path(f"{n}.h5").read_bytes() for n in "abc")
        self.assertEqual(a, b)
        self.assertNotEqual(a, c)

    def test_wrong_requests_are_refused(self):
        self.refuse("zoo: there is no network 'lenet', expected one of alexnet, vgg16, googlenet, "
                    "resnet50, densenet121", "zoo", "lenet", "--out", "a.h5")
        self.refuse("--out: is missing, expected it (see scnn zoo --help)", "zoo", "alexnet")
        self.refuse('--densities: found "1.5", expected a density above 0, at most 1',
                    "zoo", "alexnet", "--densities", "1.5", "--out", "a.h5")
        self.refuse('--activation-density: found "0", expected a density above 0, at most 1',
                    "zoo", "alexnet", "--activation-density", "0", "--out", "a.h5")
        self.refuse('--activation-model: found "noise", expected one of correlated, independent',
                    "zoo", "alexnet", "--activation-model", "noise", "--out", "a.h5")
        self.refuse("zoo: network 'vgg16' has no inception modules, expected googlenet when only "
                    "they are wanted", "zoo", "vgg16", "--inception-only", "--out", "a.h5")


class Prune(ProgramTest):
    def prune(self, *options, network="net.h5", out="p.h5"):
        return self.succeed("prune", "--network", network, "--out", out, *options)

    def weights(self, file, layer="conv2"):
        with h5py.File(self.path(file)) as network:
            return network["layers"][layer]["weights"][...]

    def test_the_largest_kernels_survive_bit_for_bit(self):
        self.network()
        text = self.prune("--granularity", "kernel", "--density", "0.5")
        before, after = self.weights("net.h5"), self.weights("p.h5")
        sums = numpy.abs(before.astype(numpy.float64)).sum(axis=(2, 3)).reshape(-1)
        kept = numpy.zeros(24, bool)
        kept[numpy.argsort(-sums)[:12]] = True
        expected = numpy.where(kept.reshape(8, 3, 1, 1), before, 0).astype(numpy.float32)
        numpy.testing.assert_array_equal(expected, after)
        self.assertEqual(["conv2", "216", "108", "0.5000", "0.5000", "0.5000", "pruned"],
                         row_of(text, "conv2"))
        self.assertEqual(["total", "538", "269", "-", "0.5000", "0.5000"], row_of(text, "total"))

    def test_requested_and_achieved_densities_are_stored_and_printed(self):
        self.network()
        text = self.prune("--granularity", "filter", "--density", "0.35")
        self.assertEqual(["conv1", "162", "54", "0.3500", "0.3333", "0.3333", "pruned"],
                         row_of(text, "conv1"))
        with h5py.File(self.path("p.h5")) as file:
            mask = file["layers/conv1/mask"]
            self.assertEqual(("filter", 0.35, 2 / 6),
                             tuple(mask.attrs[n] for n in ["granularity", "density_requested",
                                                           "density_achieved"]))

    def test_layers_can_be_chosen_and_left_out(self):
        self.network()
        text = self.prune("--granularity", "fine", "--density", "0.5", "--layers", "conv*",
                          "--skip", "*1")
        self.assertEqual([["left", "out"], ["pruned"], ["left", "out"]],
                         [row_of(text, n)[6:] for n in ["conv1", "conv2", "fc"]])
        numpy.testing.assert_array_equal(self.weights("net.h5", "fc"), self.weights("p.h5", "fc"))

    def test_a_densities_file_leaves_other_layers_alone_and_says_so(self):
        self.network()
        self.write("d.json", {"conv1": 0.5, "conv*": 0.25})
        outcome = self.scnn("prune", "--network", "net.h5", "--granularity", "fine", "--densities",
                            "d.json", "--out", "p.h5")
        self.assertEqual('scnn: note: left alone, as the densities file has no match: "fc"\n',
                         outcome.err)
        self.assertEqual(["0.5000", "0.2500", "-"],
                         [row_of(outcome.out, n)[3] for n in ["conv1", "conv2", "fc"]])
        self.assertEqual(["no", "density", "given"], row_of(outcome.out, "fc")[6:])

    def test_a_schedule_and_a_mask_bring_nothing_back(self):
        self.network()
        self.prune("--granularity", "fine", "--schedule", "0.6,0.3,0.5", out="a.h5")
        self.assertEqual(65, numpy.count_nonzero(self.weights("a.h5")))  # round(0.3 * 216)
        self.network(name="retrained.h5", seed=2)
        self.prune("--granularity", "fine", "--density", "0.2", "--mask", "a.h5",
                   network="retrained.h5", out="b.h5")
        earlier, later = self.weights("a.h5") != 0, self.weights("b.h5") != 0
        self.assertEqual(43, numpy.count_nonzero(later))
        self.assertTrue(earlier[later].all(), "a pruned weight came back")

    def test_one_threshold_for_the_network(self):
        self.network()
        text = self.prune("--granularity", "fine", "--density", "0.5", "--scope", "global")
        self.assertEqual("269", row_of(text, "total")[2])
        every = numpy.concatenate([numpy.abs(self.weights("net.h5", n)).reshape(-1)
                                   for n in ["conv1", "conv2", "fc"]])
        threshold = numpy.sort(every)[269]
        numpy.testing.assert_array_equal(numpy.abs(self.weights("net.h5")) >= threshold,
                                         self.weights("p.h5") != 0)

    def test_a_network_can_be_replaced_by_its_pruned_self(self):
        self.network()
        self.prune("--granularity", "fine", "--density", "0.5", out="net.h5")
        self.assertEqual(108, numpy.count_nonzero(self.weights("net.h5")))

    def test_wrong_requests_are_refused(self):
        net = ["prune", "--network", self.network(), "--out", "p.h5"]
        fine = [*net, "--granularity", "fine"]
        self.refuse("--granularity: is missing, expected it (see scnn prune --help)", *net)
        self.refuse('--granularity: found "block", expected one of fine, vector, kernel, filter',
                    *net, "--granularity", "block")
        self.refuse("--density, --densities, --schedule: none is given, expected one of them", *fine)
        self.refuse("--density, --densities, --schedule: more than one is given, expected one of "
                    "them", *fine, "--density", "0.5", "--schedule", "0.5")
        self.refuse('--scope: found "world", expected one of layer, global',
                    *fine, "--density", "0.5", "--scope", "world")
        self.refuse('--skip: "pool*" matches no layer of network "small", expected a layer\'s name '
                    "or a glob (see scnn info)", *fine, "--density", "0.5", "--skip", "pool*")
        self.refuse('--layers, --skip: no layer of network "small" is left to prune, expected at '
                    "least one", *fine, "--density", "0.5", "--skip", "*")
        self.refuse("net.h5:/layers/conv1: the layer has no mask, expected one of an earlier "
                    "pruning (--skip leaves a layer out)", *fine, "--density", "0.5", "--mask",
                    "net.h5")


class Encode(ProgramTest):
    def test_an_encoded_network_runs_as_the_network_does(self):
        self.network()
        for grain in ["fine", "vector", "kernel", "filter"]:
            with self.subTest(grain):
                self.succeed("prune", "--network", "net.h5", "--granularity", grain, "--density",
                             "0.4", "--out", "p.h5")
                self.succeed("encode", "--network", "p.h5", "--arch", TINY, "--out", "e.h5")
                for name in ["p", "e"]:
                    self.succeed("run", "--network", f"{name}.h5", "--arch", TINY, "--json",
                                 f"{name}.json")
                p, e = self.load("p.json"), self.load("e.json")
                self.assertEqual(p["layers"], e["layers"])

    def test_the_storage_table_counts_what_is_in_the_file(self):
        self.network()
        self.succeed("prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.1",
                     "--out", "p.h5")
        self.write("narrow.json", {"index_bits": 2, "kc": 4})
        text = self.succeed("encode", "--network", "p.h5", "--arch", "narrow.json", "--out", "e.h5")
        with h5py.File(self.path("e.h5")) as file:
            layer = file["layers/conv2"]
            stored = layer["values"].size
            zeros = stored - numpy.count_nonzero(layer["values"])
            self.assertGreater(zeros, 0, "no placeholder in the test")
            self.assertEqual(["conv2", "fine", "4", f"{22 / 216:.4f}", f"{22 / 216:.4f}",
                              str(stored), str(zeros), f"{16 * stored:,}", f"{2 * stored:,}",
                              f"{18 * stored / 8 / 216:.3f}", f"{18 * stored / 16 / 216:.3f}"],
                             row_of(text, "conv2"))

    def test_encoding_needs_no_input_and_can_be_repeated_with_other_widths(self):
        self.network(inputs=False, dtype="int16")
        text = self.succeed("encode", "--network", "net.h5", "--out", "a.h5")
        self.assertIn("encoded with 16-bit weights and 4-bit indices", text)
        self.write("wide.json", {"index_bits": 8})
        self.succeed("encode", "--network", "a.h5", "--arch", "wide.json", "--out", "b.h5")
        self.succeed("encode", "--network", "net.h5", "--arch", "wide.json", "--out", "c.h5")
        with h5py.File(self.path("b.h5")) as b, h5py.File(self.path("c.h5")) as c:
            numpy.testing.assert_array_equal(b["layers/fc/values"], c["layers/fc/values"])
            numpy.testing.assert_array_equal(b["layers/fc/runs"], c["layers/fc/runs"])

    def test_weights_that_are_too_wide_are_refused(self):
        self.network(dtype="int16")
        self.write("narrow.json", {"weight_bits": 4})
        before = self.files()
        outcome = self.scnn("encode", "--network", "net.h5", "--arch", "narrow.json", "--out", "e.h5")
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: net.h5:/layers/conv1/weights: .* does not fit "
                                      r"4 bits, expected -8 to 7\n$")
        self.assertEqual(before, self.files())


class Info(ProgramTest):
    def test_every_kind_of_file_is_recognised(self):
        self.network(density_published=0.5)
        self.succeed("encode", "--network", "net.h5", "--out", "e.h5")
        self.succeed("run", "--network", "net.h5", "--json", "r.json", "--outputs", "o.h5")
        self.succeed("compare", "--network", "net.h5", "--json", "c.json")
        self.write("d.json", {"conv*": 0.5})
        kinds = {"net.h5": "file:    scnn network, ", "e.h5": "file:    encoded network, ",
                 "o.h5": "file:    outputs of a run, ",
                 "r.json": "file:    result of a run (scnn-result/1)\n",
                 "c.json": "file:    comparison of granularities (scnn-compare/1)\n",
                 "d.json": "file:    densities, the first match counts\n", TINY: "file:    architecture\n"}
        for file, start in kinds.items():
            with self.subTest(file):
                text = self.succeed("info", file)
                self.assertTrue(text.startswith(start), text)
                self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_a_result_is_shown_as_the_run_showed_it(self):
        self.network()
        run = self.succeed("run", "--network", "net.h5", "--json", "r.json")
        info = self.succeed("info", "r.json")
        self.assertEqual(run.split("\n\n", 1)[1], info.split("\n\n", 1)[1])

    def test_a_result_that_contradicts_itself_is_refused(self):
        self.network()
        self.succeed("run", "--network", "net.h5", "--json", "r.json")
        good = self.load("r.json")
        total = good["total"]["counters"]["cycles"]

        def spoil(change, message):
            bad = self.load("r.json")
            change(bad)
            self.write("bad.json", bad)
            self.refuse(f"bad.json#{message}", "info", "bad.json")

        spoil(lambda r: r["total"]["counters"].update(cycles=1),
              f"/total/counters/cycles: found 1, expected {total}, the sum of the layers")
        spoil(lambda r: r["layers"][1]["counters"].update(steps=-1),
              "/layers/1/counters/steps: found -1, expected an integer from 0")
        spoil(lambda r: r["layers"][0].pop("kc"),
              '/layers/0: has no member "kc", expected one')
        spoil(lambda r: r["layers"][0].update(weight_density=2),
              "/layers/0/weight_density: found 2, expected a number from 0 to 1")
        spoil(lambda r: r.update(schema="other/1"),
              '/schema: found "other/1", expected one that scnn writes or reads, such as '
              '"scnn-result/1" (docs/formats.md)')
        spoil(lambda r: r["architecture"].update(kc=0),
              "/architecture/kc: found 0, expected an integer from 1 to 65536")

    def test_other_files_are_refused(self):
        self.refuse("none.h5: there is no such file", "info", "none.h5")
        self.write("text.txt", "hello")
        self.refuse('text.txt: line 1, column 1: found "hello", expected a JSON value', "info", "text.txt")


if __name__ == "__main__":
    main()
