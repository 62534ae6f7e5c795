#!/usr/bin/python3
"""Training by itself: what a checkpoint holds of the optimiser, and networks that diverge.

Usage: training_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import pathlib
import sys
import tempfile
import unittest

import numpy

from retraining import main

import torch
from torch import nn

from retrain import pictures
from retrain.errors import Interrupted, RetrainError
from retrain.progress import Progress
from retrain.training import Place, Recipe, Trainer


class Partly(nn.Module):
    """Of five parameters one is frozen and one is not used; two come after those."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.frozen = nn.Conv2d(3, 4, 3, bias=False)
        self.frozen.weight.requires_grad_(False)
        self.unused = nn.Linear(4, 4, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.last = nn.Conv2d(4, 2, 3, bias=False)

    def forward(self, x):
        return self.last(torch.relu(self.norm(self.frozen(x)))).mean((2, 3))


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.first, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 3)

    def forward(self, x):
        return self.last(torch.relu(self.first(x))).mean((2, 3))


class TrainingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.checkpoint = pathlib.Path(folder.name, "stage.pt")
        generator = numpy.random.default_rng(1)
        self.pictures = pictures.Pictures(
            generator.integers(0, 256, (32, 8, 8, 3), dtype=numpy.uint8),
            generator.integers(0, 2, 32), ["a", "b"])

    def train(self, model, recipe, stop_after=None):
        """Runs the stage from its checkpoint, asked to stop in the middle of a batch. Returns what
        the model holds."""
        trainer = Trainer(self.pictures, self.pictures,
                          pictures.Scaling([0.5] * 3, [0.25] * 3, "cpu"),
                          pictures.Augmentation(1, True), Progress(quiet=True))
        seen = []

        def count(_model, _inputs):
            seen.append(None)
            trainer.stop_requested = len(seen) == stop_after

        hook = model.register_forward_pre_hook(count)
        try:
            trainer.train(model, recipe, {}, Place("stage", self.checkpoint, "stage"))
        finally:
            hook.remove()
        return {name: value.clone() for name, value in model.state_dict().items()}

    def stop(self, network, recipe, batches):
        with self.assertRaises(Interrupted):
            self.train(network(), recipe, stop_after=batches)

    def check_resumed(self, network, recipe, change=lambda: None):
        """Stopped after 3 of 8 batches, and once more after 2, it ends as without a stop."""
        whole = self.train(network(), recipe)
        self.checkpoint.unlink()
        for batches in (3, 2):
            self.stop(network, recipe, batches)
            change()
        resumed = self.train(network(), recipe)
        for name, value in whole.items():
            self.assertTrue(torch.equal(value, resumed[name]), name)


class Checkpoints(TrainingTest):
    RECIPE = Recipe(epochs=2, learning_rate=0.1, batch=8)

    def test_parameters_that_are_frozen_or_not_used(self):
        self.check_resumed(Partly, self.RECIPE)
        kept = torch.load(self.checkpoint, weights_only=True)["velocities"]
        self.assertEqual([2, 3, 4], sorted(kept))  # the two of the norm, the last convolution

    def test_no_momentum(self):
        recipe = Recipe(epochs=2, learning_rate=0.1, batch=8, momentum=0)
        self.check_resumed(Plain, recipe)
        self.assertEqual({}, torch.load(self.checkpoint, weights_only=True)["velocities"])

    def test_checkpoints_that_list_the_momentum_of_every_parameter(self):
        """Those of former versions: a list, of None when there is no momentum."""
        def rewrite():
            found = torch.load(self.checkpoint, weights_only=True)
            kept = found["velocities"]
            found["velocities"] = [kept.get(index) for index in range(4)]
            torch.save(found, self.checkpoint)

        for momentum in (0.9, 0.0):
            with self.subTest(momentum):
                self.checkpoint.unlink(missing_ok=True)
                self.check_resumed(Plain, Recipe(epochs=2, learning_rate=0.1, batch=8,
                                                 momentum=momentum), rewrite)


class Divergence(TrainingTest):
    def check(self, message, recipe):
        with self.assertRaises(RetrainError) as caught:
            self.train(Plain(), recipe)
        self.assertEqual(message, str(caught.exception))
        self.assertFalse(self.checkpoint.exists(), "a checkpoint was written")

    def test_a_loss_that_is_no_number(self):
        self.check("stage: the loss is nan at batch 2 of 4 with learning rate 8.53553e+29, expected a "
                   "number (try a smaller learning rate)",
                   Recipe(epochs=1, learning_rate=1e30, batch=8))

    def test_weights_that_are_no_numbers_after_the_last_batch(self):
        self.check("stage: weights are not finite after batch 1 of 1 with learning rate 1e+38, expected "
                   "numbers (try a smaller learning rate)",
                   Recipe(epochs=0.25, learning_rate=1e38, batch=8, weight_decay=1e3))


if __name__ == "__main__":
    sys.exit(main())
