#!/usr/bin/python3
"""Folding, rounding and the choice of densities, each by itself.

Usage: parts_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import os
import pathlib
import sys
import types
import unittest
import unittest.mock

import numpy

from retraining import main

import torch
from torch import nn

from retrain import integers, options, pictures, sensitivity


class Shared(nn.Module):
    """One norm behind two convolutions, one convolution under two norms, and one plain pair."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3, bias=False)
        self.twice = nn.Conv2d(4, 4, 1)
        self.shared, self.one, self.two = (nn.BatchNorm2d(4) for _ in range(3))
        self.plain = nn.Sequential(nn.Conv2d(4, 6, 3, groups=2, dilation=2), nn.BatchNorm2d(6))

    def forward(self, x):
        x = self.shared(self.a(x)) + self.shared(self.b(x))
        return self.plain(self.two(self.twice(self.one(self.twice(x)))))


class Integers(unittest.TestCase):
    def test_a_folded_network_computes_the_same(self):
        torch.manual_seed(1)
        model = Shared()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.3, 3)
                nn.init.normal_(module.weight)
                nn.init.normal_(module.bias)
        image = torch.randn(2, 3, 12, 12)
        folded = integers.folded(model, image[:1])
        self.assertIsInstance(folded.plain[1], nn.Identity)
        self.assertIsInstance(folded.shared, nn.BatchNorm2d)
        self.assertIsInstance(folded.two, nn.BatchNorm2d)
        with torch.no_grad():
            torch.testing.assert_close(folded(image), model.eval()(image), rtol=1e-4, atol=1e-4)
        self.assertIsInstance(model.plain[1], nn.BatchNorm2d, "the model itself was changed")

    def test_weights_are_rounded_as_the_machine_rounds(self):
        weight = torch.tensor([127.0, 0.5, 1.5, -2.5, -127.0, 0.4999, 0.0])
        found = integers.quantised(weight, 8)
        self.assertEqual((1.0, [127, 0, 2, -2, -127, 0, 0]), (found.scale, found.values.tolist()))
        found = integers.quantised(torch.tensor([0.7, -0.3]), 4)
        self.assertEqual([7, -3], found.values.tolist())
        self.assertEqual(float(torch.tensor(0.7)) / 7, found.scale)
        zero = integers.quantised(torch.zeros(3), 8)
        self.assertEqual((1.0, [0, 0, 0]), (zero.scale, zero.values.tolist()))


class Densities(unittest.TestCase):
    LAYERS = {"tender": {"weights": 100, "accuracy": [[0.8, 0.7], [0.4, 0.3], [0.1, 0.1]]},
              "tough": {"weights": 300, "accuracy": [[0.8, 0.9], [0.4, 0.9], [0.1, 0.8]]}}

    def kept(self, chosen):
        return (100 * chosen["tender"] + 300 * chosen["tough"]) / 400

    def test_a_density_on_a_curve(self):
        points = [(1.0, 0.9), (0.8, 0.7), (0.4, 0.75), (0.2, 0.1)]
        for accuracy, density in [(0.9, 1.0), (0.8, 0.9), (0.7, 0.4), (0.4, 0.3), (0.05, 0.2)]:
            self.assertAlmostEqual(density, sensitivity.density_at(points, accuracy))

    def test_the_help_names_the_file_of_a_scan(self):
        context = types.SimpleNamespace(work=pathlib.Path("WORK"),
                                        options=types.SimpleNamespace(seed="SEED"))
        with unittest.mock.patch.dict(os.environ, COLUMNS="200"):
            self.assertIn(f"; {sensitivity.path_of(context, 'GRANULARITY')}\n",
                          options.parser().format_help())

    def test_together_the_layers_reach_the_target_and_the_tough_one_gives_most(self):
        before = {"tender": 1.0, "tough": 1.0}
        for target in (1.0, 0.9, 0.6, 0.5, 0.3, 0.15, 0.08, 0.03):
            chosen = sensitivity.chosen(self.LAYERS, 0.9, target)
            self.assertAlmostEqual(target, self.kept(chosen), places=6)
            self.assertLessEqual(chosen["tough"], chosen["tender"] + 1e-9)
            for name, density in chosen.items():
                self.assertLessEqual(density, before[name] + 1e-9, "later steps take more")
            before = chosen


class Augmentation(unittest.TestCase):
    def test_pictures_are_shifted_and_flipped_into_a_black_border(self):
        images = numpy.arange(1, 61, dtype=numpy.uint8).reshape(1, 4, 5, 3).repeat(64, 0)
        padded = numpy.pad(images[0], ((2, 2), (2, 2), (0, 0)))
        windows = [padded[y:y + 4, x:x + 5] for y in range(5) for x in range(5)]
        possible = {w.tobytes() for w in windows}
        flipped = {w[:, ::-1].tobytes() for w in windows}
        found = [i.tobytes() for i in
                 pictures.Augmentation(2, True)(images, pictures.random_of(1))]
        self.assertLessEqual(set(found), possible | flipped)
        self.assertGreater(len(set(found)), 20)
        self.assertTrue(set(found) & possible and set(found) & flipped)
        self.assertLessEqual({i.tobytes() for i in pictures.Augmentation(2, False)(
            images, pictures.random_of(1))}, possible)
        numpy.testing.assert_array_equal(images, pictures.Augmentation(0, False)(
            images, pictures.random_of(1)))


if __name__ == "__main__":
    sys.exit(main())
