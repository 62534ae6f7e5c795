#!/usr/bin/python3
"""Pruned weights go back into the layout they came from, and nothing else changes.

Usage: write_back_test.py SCNN [unittest options]
"""

import os
import resource
import shutil
import signal
import subprocess

import h5py
import numpy

from fixtures import (SCNN, ImportTest, conv, given_input, layer, main, named, numbers, sequential)


def objects_of(file):
    """Every object: path -> what h5py can tell of it but a dataset's numbers."""
    found = {}

    def attributes(item):
        result = {}
        for name in item.attrs:
            kind = item.attrs.get_id(name)
            result[name] = (kind.get_type().encode(), kind.shape,
                            numpy.asarray(item.attrs[name]).tobytes()
                            if kind.dtype.kind != "O" else repr(item.attrs[name]))
        return result

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            plist = item.id.get_create_plist()
            found[name] = (attributes(item), item.dtype.str, item.shape, item.maxshape, item.chunks,
                           item.compression, item.compression_opts, item.shuffle, item.fletcher32,
                           plist.get_layout(), plist.get_fill_time(), plist.get_alloc_time())
        else:
            found[name] = (attributes(item), sorted(item))

    visit("/", file)
    file.visititems(visit)
    return found


def numbers_of(file):
    found = {}
    file.visititems(lambda name, item: found.update({name: item[...]})
                    if isinstance(item, h5py.Dataset) else None)
    return found


class WriteBackTest(ImportTest):
    def compare(self, before, after, kernels):
        """The files differ in these datasets only, and there only by zeros."""
        with h5py.File(self.path(before)) as a, h5py.File(self.path(after)) as b:
            self.assertEqual(objects_of(a), objects_of(b))
            old, new = numbers_of(a), numbers_of(b)
        self.assertEqual(list(old), list(new))
        changed = {n for n in old if old[n].tobytes() != new[n].tobytes()}
        self.assertEqual(set(kernels), changed)
        for name in kernels:
            kept = new[name] != 0
            self.assertEqual(old[name][kept].tobytes(), new[name][kept].tobytes())
        return old, new

    def prune(self, source, *options, grain="fine", density="0.5", out="pruned.h5"):
        return self.succeed("prune", "--network", source, "--granularity", grain, "--density",
                            density, "--layout", "source", "--out", out, *options)

    model = sequential(given_input(8, 8, 4), conv("c", filters=6),
                       layer("DepthwiseConv2D", "dw", kernel_size=[3, 3], padding="same",
                             depth_multiplier=2),
                       layer("SeparableConv2D", "s", filters=3, kernel_size=[3, 3], padding="same"),
                       layer("BatchNormalization", "bn"), layer("Flatten", "f"),
                       layer("Dense", "d", units=5))

    def weights(self, dtype="float32"):
        def some(*shape):
            return numbers(*shape, dtype=dtype)
        return {"c": named("c", kernel=some(3, 3, 4, 6), bias=some(6)),
                "dw": named("dw", depthwise_kernel=some(3, 3, 6, 2), bias=some(12)),
                "s": named("s", depthwise_kernel=some(3, 3, 12, 1),
                           pointwise_kernel=some(1, 1, 12, 3)),
                "bn": named("bn", gamma=some(3), beta=some(3)), "f": [],
                "d": named("d", kernel=some(108, 5), bias=some(5))}

    kernels = [f"model_weights/{n}:0" for n in
               ["c/c/kernel", "dw/dw/depthwise_kernel", "s/s/depthwise_kernel",
                "s/s/pointwise_kernel", "d/d/kernel"]]


class Keras2(WriteBackTest):
    def test_kernels_alone_differ_whatever_their_type_and_storage(self):
        for dtype in ["<f4", ">f4", "<f2", "<f8"]:
            for options in [{}, {"chunks": True}, {"compression": "gzip", "shuffle": True},
                            {"fletcher32": True}]:
                with self.subTest(dtype=dtype, **options):
                    self.keras2(self.model, self.weights(dtype), options=options)
                    self.prune("model.h5")
                    _, new = self.compare("model.h5", "pruned.h5", self.kernels)
                    kernel = new["model_weights/c/c/kernel:0"]
                    self.assertEqual(kernel.size // 2, numpy.count_nonzero(kernel))

    def test_contiguous_files_are_equal_byte_for_byte_outside_of_the_kernels(self):
        for strings in ["fixed", "ascii", "utf8"]:
            self.keras2(self.model, self.weights(), strings=strings)
            self.prune("model.h5")
            a, b = (numpy.frombuffer(self.path(n).read_bytes(), numpy.uint8)
                    for n in ["model.h5", "pruned.h5"])
            self.assertEqual(a.size, b.size)
            inside = numpy.zeros(a.size, bool)
            with h5py.File(self.path("model.h5")) as file:
                for name in self.kernels:
                    start = file[name].id.get_offset()
                    inside[start:start + file[name].id.get_storage_size()] = True
            self.assertTrue((a == b)[~inside].all())
            self.assertFalse((a == b)[inside].all())

    def test_what_is_pruned_is_what_the_network_file_says(self):
        self.keras2(self.model, self.weights())
        for grain in ["fine", "vector", "kernel", "filter"]:
            with self.subTest(grain):
                self.prune("model.h5", grain=grain)
                self.succeed("prune", "--network", "model.h5", "--granularity", grain, "--density",
                             "0.5", "--out", "net.h5")
                with h5py.File(self.path("net.h5")) as net, \
                        h5py.File(self.path("pruned.h5")) as file:
                    weights = {n: net["layers"][n]["weights"][...] for n in net["layers"]}
                    numpy.testing.assert_array_equal(
                        weights["c"], file[self.kernels[0]][...].transpose(3, 2, 0, 1))
                    numpy.testing.assert_array_equal(
                        weights["dw"],
                        file[self.kernels[1]][...].reshape(3, 3, 12).transpose(2, 0, 1)[:, None])
                    numpy.testing.assert_array_equal(
                        weights["s_pointwise"], file[self.kernels[3]][...].transpose(3, 2, 0, 1))
                    numpy.testing.assert_array_equal(weights["d"][:, :, 0, 0],
                                                     file[self.kernels[4]][...].T)
                layers = self.imported("--in", "pruned.h5", out="again.h5")
                for name, (_, datasets) in layers.items():
                    numpy.testing.assert_array_equal(weights[name], datasets["weights"])

    def test_layers_that_are_left_out_stay_as_they_were(self):
        self.keras2(self.model, self.weights())
        self.prune("model.h5", "--skip", "s_*", "--skip", "d*")
        self.compare("model.h5", "pruned.h5", self.kernels[:1])

    def test_weights_alone_with_their_topology(self):
        self.keras2(None, self.weights(), whole=False)
        self.write("t.json", self.model)
        self.prune("model.h5", "--topology", "t.json")
        self.compare("model.h5", "pruned.h5", [k.split("/", 1)[1] for k in self.kernels])

    def test_a_file_can_be_replaced_by_its_pruned_self(self):
        self.keras2(self.model, self.weights())
        shutil.copy(self.path("model.h5"), self.path("old.h5"))
        self.prune("model.h5", out="model.h5")
        self.compare("old.h5", "model.h5", self.kernels)

    def test_a_network_file_is_written_as_one(self):
        self.network()
        self.prune("net.h5", out="a.h5")
        self.succeed("prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.5",
                     "--out", "b.h5")
        self.assertEqual(self.path("a.h5").read_bytes(), self.path("b.h5").read_bytes())

    def test_what_cannot_be_written_back_is_refused(self):
        self.network()
        self.succeed("encode", "--network", "net.h5", "--out", "e.h5")
        fine = ["--granularity", "fine", "--density", "0.5", "--layout", "source"]
        self.refuse("--layout: e.h5 is an encoded network, which is not pruned in place, expected a "
                    "network or a framework's file", "prune", "--network", "e.h5", *fine, "--out",
                    "p.h5")
        self.keras2(self.model, self.weights())
        self.refuse("none/p.h5: cannot be created: No such file or directory", "prune", "--network",
                    "model.h5", *fine, "--out", "none/p.h5", status=1)

    def test_weights_that_are_not_finite_leave_nothing_half_written(self):
        weights = self.weights()
        weights["d"][0][1][3, 2] = numpy.nan
        self.keras2(self.model, weights)
        self.refuse("model.h5:/model_weights/d/d/kernel:0: nan at element 17, expected finite numbers",
                    "prune", "--network", "model.h5", "--granularity", "fine", "--density", "0.5",
                    "--layout", "source", "--out", "p.h5")


class FullDisk(WriteBackTest):
    def test_a_full_disk_is_one_line_and_status_1_and_leaves_nothing(self):
        """A bound on the size of files is what a full disk looks like."""
        for options in [{}, {"compression": "gzip"}]:
            self.keras2(self.model, self.weights(), options=options)
            self.write("pruned.h5", "old")
            before = self.files()
            room = self.path("model.h5").stat().st_size // 2

            def bound(most=room):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

            done = subprocess.run(
                [SCNN, "prune", "--network", "model.h5", "--granularity", "fine", "--density", "0.5",
                 "--layout", "source", "--out", "pruned.h5"], cwd=self.folder, text=True,
                capture_output=True, check=False, preexec_fn=bound)
            with self.subTest(**options):
                self.assertEqual("scnn: error: pruned.h5: cannot be written: File too large\n",
                                 done.stderr)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertEqual(before, self.files())


class RealFiles(WriteBackTest):
    def test_files_that_keras_wrote_differ_in_their_kernels_only(self):
        folder = os.path.join(os.environ.get("SCNN_TEST_DATA", ""), "data", "imports")
        if not os.path.isdir(folder):
            self.skipTest(f"no folder {folder}")
        for name in ["keras2_resnet8_cifar10.h5", "keras2_mini_xception.hdf5"]:
            with self.subTest(name):
                shutil.copy(os.path.join(folder, name), self.path("model.h5"))
                self.prune("model.h5", density="0.4")
                with h5py.File(self.path("model.h5")) as file:
                    kernels = [n for n in numbers_of(file)
                               if n.startswith("model_weights/") and "kernel" in n]
                self.compare("model.h5", "pruned.h5", kernels)


if __name__ == "__main__":
    main()
