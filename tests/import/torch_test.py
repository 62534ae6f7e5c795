#!/usr/bin/python3
"""tools/export_torch.py writes what PyTorch computes, and the machine computes the same.

Usage: torch_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import subprocess
import sys

import h5py
import numpy

from fixtures import ImportTest, main
from program import ROOT

try:
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.nn.utils import prune
except ImportError as error:
    print(f"skipped: {error}; Debian's package is python3-torch")
    sys.exit(77)

sys.path.insert(0, str(ROOT / "tools"))
from export_torch import ExportError, export  # pylint: disable=wrong-import-position

SCRIPT = ROOT / "tools/export_torch.py"


class Varied(nn.Module):
    """Strides, dilation, groups, one-sided kernels, a `same` that is odd; ReLUs of every kind."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, (5, 3), stride=(2, 1), padding=(2, 0))
        self.relu = nn.ReLU(inplace=True)
        self.grouped = nn.Conv2d(8, 8, 3, padding="same", dilation=2, groups=4, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.even = nn.Conv2d(8, 6, 2, padding="same")
        self.skip = nn.Conv2d(8, 6, 1)
        self.last = nn.Conv2d(12, 4, 3, stride=2, padding=1)
        self.clipped = nn.ReLU6()
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = self.relu(self.first(x))
        x = functional.relu(self.norm(self.grouped(x)), inplace=True)
        y = self.even(x)
        y += self.skip(x)
        x = functional.max_pool2d(torch.cat([functional.relu(y), y], 1), 2)
        x = self.clipped(self.last(x))
        return self.head(x.mean((2, 3)))


class Careless(nn.Module):
    """Overwrites what a convolution has read, and reads what it made twice."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 3, 1)
        self.b = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        x = x * 2
        y = self.a(x)
        x.zero_()
        z = self.b(functional.relu(y) + y)
        return functional.relu(z) + functional.relu6(z) + x


RELUS = {"first": 1, "grouped": 1, "even": 0, "skip": 0, "last": 1, "head": 0}


def randomised(model, seed=1):
    """Statistics as after training, from a seed."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    return model


class TorchTest(ImportTest):
    image = torch.randn(1, 3, 17, 14, generator=torch.Generator().manual_seed(3))

    def layers(self, name="net.h5"):
        with h5py.File(self.path(name)) as file:
            return {n: (dict(file["layers"][n].attrs),
                        {k: v[...] for k, v in file["layers"][n].items()})
                    for n in file["layers"].attrs["order"]}

    def run_outputs(self, *options):
        """What the machine computes, layer by layer."""
        self.succeed("run", "--network", "net.h5", "--outputs", "o.h5", *options)
        with h5py.File(self.path("o.h5")) as file:
            return {n: one["output"][...] for n, one in file["layers"].items()}

    def check_machine(self, expected):
        """The machine's outputs are PyTorch's, to the precision of 16-bit operands."""
        found = self.run_outputs()
        self.assertEqual(set(expected), set(found))
        for name, value in expected.items():
            with self.subTest(name):
                self.assertEqual(value.shape, found[name].shape)
                scale = abs(value).max()
                self.assertGreater(scale, 0)
                numpy.testing.assert_allclose(found[name] / scale, value / scale, atol=5e-4)


class Export(TorchTest):
    def test_the_machine_computes_the_convolutions_of_torch(self):
        model = randomised(Varied())
        self.assertEqual([], export(model, self.image, self.path("net.h5"), linear=True))
        layers = self.layers()
        self.assertEqual(RELUS, {n: int(a["relu"]) for n, (a, _) in layers.items()})
        expected = {}
        model.eval()
        for name, (_, datasets) in layers.items():
            value = torch.tensor(datasets["input"])[None]
            with torch.no_grad():
                module = getattr(model, name)
                out = module(value.reshape(1, -1)) if name == "head" else module(value)
                out = torch.relu(out) if RELUS[name] else out
            expected[name] = out.reshape(-1, 1, 1).numpy() if name == "head" else out[0].numpy()
        self.check_machine(expected)

    def test_inputs_are_those_of_the_forward_pass_though_layers_work_in_place(self):
        model = randomised(Varied()).eval()
        export(model, self.image, self.path("net.h5"), linear=True)
        with torch.no_grad():
            first = torch.relu(model.first(self.image))
            grouped = torch.relu(model.norm(model.grouped(first)))
            added = model.even(grouped) + model.skip(grouped)
            last = functional.max_pool2d(torch.cat([torch.relu(added), added], 1), 2)
            head = model.clipped(model.last(last)).mean((2, 3))
        expected = {"first": self.image, "grouped": first, "even": grouped, "skip": grouped,
                    "last": last, "head": head.reshape(1, -1, 1, 1)}
        for name, (attributes, datasets) in self.layers().items():
            with self.subTest(name):
                numpy.testing.assert_array_equal(expected[name][0].numpy(), datasets["input"])
                self.assertEqual(list(datasets["input"].shape), attributes["input_shape"].tolist())

    def test_a_value_that_is_overwritten_later_and_one_that_is_read_twice(self):
        export(Careless(), self.image, self.path("net.h5"))
        layers = self.layers()
        numpy.testing.assert_array_equal(2 * self.image[0].numpy(), layers["a"][1]["input"])
        self.assertEqual({"a": 0, "b": 1}, {n: int(a["relu"]) for n, (a, _) in layers.items()})

    def test_batch_norm_is_folded_on_request(self):
        model = randomised(Varied())
        export(model, self.image, self.path("net.h5"), fold_batch_norm=True)
        layers = self.layers()
        model.eval()
        with torch.no_grad():
            value = torch.tensor(layers["grouped"][1]["input"])[None]
            expected = functional.relu(model.norm(model.grouped(value)))[0].numpy()
        found = self.run_outputs("--layers", "grouped")["grouped"]
        numpy.testing.assert_allclose(found, expected, atol=5e-4 * abs(expected).max())
        self.assertIn("bias", layers["grouped"][1])
        self.assertNotIn("head", layers)

    def test_the_model_is_left_as_it_was(self):
        model = randomised(Varied()).train()
        model.norm.eval()
        before = {k: v.clone() for k, v in model.state_dict().items()}
        export(model, self.image, self.path("net.h5"))
        self.assertEqual((True, True, False), (model.training, model.first.training,
                                               model.norm.training))
        for key, value in model.state_dict().items():
            self.assertTrue(torch.equal(before[key], value))
        self.assertFalse(any(m._forward_hooks or m._forward_pre_hooks for m in model.modules()))

    def test_pruned_modules_keep_their_masks(self):
        model = Varied()
        prune.l1_unstructured(model.first, "weight", amount=0.6)
        export(model, self.image, self.path("net.h5"))
        datasets = self.layers()["first"][1]
        numpy.testing.assert_array_equal(model.first.weight_mask.numpy(), datasets["mask"])
        self.assertEqual(datasets["mask"].sum(), numpy.count_nonzero(datasets["weights"]))
        self.succeed("run", "--network", "net.h5", "--layers", "first")

    def test_a_layer_that_runs_twice_is_exported_once(self):
        shared = nn.Conv2d(3, 3, 3, padding=1)
        notes = export(nn.Sequential(shared, nn.ReLU(), shared), self.image, self.path("net.h5"))
        self.assertEqual(["layer 0 runs more than once and was exported as first run"], notes)
        self.assertEqual(["0"], list(self.layers()))

    def test_what_cannot_be_exported_is_refused_and_leaves_nothing(self):
        with self.assertRaisesRegex(ExportError, "layer 0: its padding mode is reflect, expected zeros"):
            export(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect")), self.image,
                   self.path("net.h5"))
        with self.assertRaisesRegex(ExportError, "no Conv2d ran"):
            export(nn.Sequential(nn.ReLU()), self.image, self.path("net.h5"))
        self.path("folder").mkdir()
        with self.assertRaises(OSError):
            export(Varied(), self.image, self.path("folder"))
        self.assertEqual({}, self.files())


class Script(TorchTest):
    def script(self, *arguments):
        return subprocess.run([SCRIPT, *map(str, arguments)], cwd=self.folder, capture_output=True,
                              text=True, check=False, timeout=300)

    MODEL = ("import torch\nfrom torch import nn\n"
             "def small(): return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())\n"
             "number = 5\n")

    def test_a_model_of_ones_own_with_its_parameters_and_a_tensor(self):
        self.write("m.py", self.MODEL)
        model = randomised(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))
        for state in [model.state_dict(),
                      {"state_dict": {"module." + k: v for k, v in model.state_dict().items()}}]:
            torch.save(state, self.path("m.pth"))
            numpy.save(self.path("x.npy"), self.image[0].numpy())
            done = self.script("m.py:small", "--state", "m.pth", "--image", "x.npy",
                               "--fold-batch-norm", "--out", "net.h5")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            numpy.testing.assert_array_equal(self.image[0].numpy(), self.layers()["0"][1]["input"])
            with torch.no_grad():
                self.check_machine({"0": model.eval()(self.image)[0].numpy()})

    def test_an_image(self):
        try:
            from PIL import Image  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("no python3-pil")
        self.write("m.py", self.MODEL)
        Image.new("RGB", (60, 40), (255, 0, 128)).save(self.path("x.png"))
        done = self.script("m.py:small", "--image", "x.png", "--input-shape", "3,32,32", "--out",
                           "net.h5")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        value = self.layers()["0"][1]["input"]
        self.assertEqual((3, 32, 32), value.shape)
        numpy.testing.assert_allclose(value[:, 16, 16], [(1 - 0.485) / 0.229, -0.456 / 0.224,
                                                         (128 / 255 - 0.406) / 0.225], rtol=1e-4)

    def test_a_network_of_torchvision_runs(self):
        try:
            import torchvision  # pylint: disable=import-outside-toplevel,unused-import
        except ImportError:
            self.skipTest("no python3-torchvision")
        done = self.script("squeezenet1_1", "--input-shape", "3,64,64", "--out", "net.h5")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(26, len(self.layers()))
        self.succeed("run", "--network", "net.h5")

    def test_mistakes_are_one_line_and_status_2(self):
        self.write("m.py", self.MODEL)
        torch.save({"0.weight": torch.zeros(4, 3, 3, 3)}, self.path("m.pth"))
        for arguments, message in [
                (["m.py:number"], "MODEL: m.py:number is int, expected a module"),
                (["m.py:nothing"], "MODEL: there is no m.py:nothing, expected a function of "
                                   "torchvision.models or FILE.py:NAME"),
                (["none.py:small"], "none.py: there is no such Python file"),
                (["m.py:small", "--state", "m.pth"], "m.pth: has no 0.bias (5 parameters are missing)"),
                (["m.py:small", "--input-shape", "3,0,5"], '--input-shape: found "3,0,5", expected C,H,W')]:
            with self.subTest(message):
                done = self.script(*arguments, "--out", "net.h5")
                self.assertEqual((2, f"export_torch.py: error: {message}\n", ""),
                                 (done.returncode, done.stderr, done.stdout))
                self.assertFalse(self.path("net.h5").exists())

    def test_a_command_line_that_cannot_be_read(self):
        for arguments, message in [
                (["m.py:small", "--liner"], "unrecognized arguments: --liner"),
                (["m.py:small", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
                ([], "the following arguments are required: MODEL")]:
            with self.subTest(message):
                done = self.script(*arguments, "--out", "net.h5")
                self.assertEqual((2, f"export_torch.py: error: {message} (see --help)\n", ""),
                                 (done.returncode, done.stderr, done.stdout))


if __name__ == "__main__":
    main()
