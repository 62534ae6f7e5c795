"""One chain of steps: mask, retrain, measure, quantise, export; each goes on from the last."""

import collections
import copy
import hashlib
import json
import os
import pathlib

import torch

from retrain import integers, masks, sensitivity
from retrain.training import Place, fingerprint, save


class Measured:
    """Accuracies that are known, by what was measured: a run that resumes measures nothing twice."""

    def __init__(self, path):
        self._path = path
        self._known = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def of(self, trainer, model, images):
        key = hashlib.sha256(json.dumps([fingerprint(model, {}), trainer.test_set.digest,
                                         trainer.scaling.key, images]).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = trainer.evaluate(model, images)
            save(self._path, json.dumps(self._known, indent=0).encode())
        return self._known[key]


class Context:
    """What all stages of a run share."""

    def __init__(self, options, model, trainer, log):
        self.options = options
        self.model = model  # the dense network
        self.trainer = trainer
        self.log = log
        self.work = pathlib.Path(options.work)
        index = min(options.image, len(trainer.test_set) - 1)
        self.image = trainer.scaling(trainer.test_set.images[index:index + 1]).cpu()
        self.use("dense")

    def use(self, chain):
        """Accuracies of one chain are kept in a file of its own: chains may run side by side."""
        self._measured = Measured(self.work / "checkpoints" /
                                  f"measured-{chain}-s{self.options.seed}.json")

    def pruner(self):
        return masks.Pruner(masks.program(self.options.scnn), copy.deepcopy(self.model).cpu(),
                            self.image, self.options.skip, self.options.linear)

    def accuracy(self, model, images):
        return self._measured.of(self.trainer, model, images)

    def measure(self, model, entry, images=None):
        """Measures, logs and returns an accuracy."""
        accuracy, count = self.accuracy(model, images or self.options.test_images)
        self.log.add(**entry, seed=self.options.seed, accuracy=accuracy, images=count)
        if not self.options.quiet:
            words = [str(entry[k]) for k in ("stage", "granularity", "layer", "density") if k in entry]
            print(f"{' '.join(words)}: {accuracy:.4f}", flush=True)
        return accuracy

    def export(self, model, mask, name, entry):
        """The network with integer weights: measured, and written with an image's activations."""
        folded = integers.folded(model, self.image)
        scaled = integers.quantise(folded, self.options.weight_bits)
        path = self.work / "networks" / f"{name}.h5"
        integers.export(folded, self.image, scaled, mask, path)
        file = os.path.relpath(path, self.log.path.parent)
        self.measure(folded.to(self.options.device).to(memory_format=torch.channels_last),
                     {"stage": "quantised", **entry, "weight_bits": self.options.weight_bits,
                      "file": file})


def steps_of(context, granularity):
    """(density for the log, options of `scnn prune`) of every step."""
    options = context.options
    if options.densities:
        return [(None, ["--densities", options.densities])]
    if options.from_sensitivity:
        return [(d, ["--densities", sensitivity.densities(context, granularity, d)])
                for d in options.steps]
    return [(d, ["--density", f"{d!r}"]) for d in options.steps]


def run(context, granularity, recipe):
    """Every step of one granularity."""
    context.use(granularity)
    pruner = context.pruner()
    model = copy.deepcopy(context.model)
    previous = None
    steps = steps_of(context, granularity)
    for number, (density, wanted) in enumerate(steps, 1):
        name = f"{granularity}-{'given' if density is None else f'{density:g}'}-s{recipe.seed}"
        out = context.work / "masks" / f"{name}.h5"
        found = pruner.prune(copy.deepcopy(model).cpu(), granularity, wanted, out, previous)
        previous = out
        achieved = masks.density(found)
        step = Step(name, {"granularity": granularity,
                           "density": achieved if density is None else density,
                           "density_achieved": achieved}, f"{name} (step {number} of {len(steps)})")
        take(step, context, model, found, recipe)


# The name of its files, what all its lines in the log say, what is shown while it trains.
Step = collections.namedtuple("Step", ["name", "entry", "label"])


def take(step, context, model, found, recipe):
    """One density: `model` is pruned by the masks `found`, retrained, measured and exported."""
    held = masks.parameters(model, found)
    before = copy.deepcopy(model)
    masks.apply(before, held)
    context.measure(before, {"stage": "pruned", **step.entry, "epoch": 0.0},
                    context.options.quick_images)
    checkpoint = context.work / "checkpoints" / f"{step.name}.pt"
    context.trainer.train(model, recipe, held, Place(step.name, checkpoint, step.label))
    context.measure(model, {"stage": "retrained", **step.entry, "epoch": recipe.epochs})
    context.export(model, found, step.name, {**step.entry, "epoch": recipe.epochs})
