"""Training by gradient descent with masks, that can be stopped and resumed at any batch."""

import collections
import contextlib
import dataclasses
import hashlib
import json
import math
import os
import pickle
import time

import numpy
import torch
from torch.nn import functional

from export_torch import beside
from retrain.errors import Interrupted, RetrainError
from retrain.pictures import random_of

SAVE_SECONDS = 180  # between two checkpoints inside an epoch


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a stage is trained. Two runs of equal recipe, weights and masks end in the same weights."""

    epochs: float
    learning_rate: float
    batch: int = 64
    momentum: float = 0.9
    weight_decay: float = 1e-4
    precision: str = "float32"
    seed: int = 1

    def batches(self, pictures):
        """(batches in an epoch, batches in the stage)"""
        per_epoch = max(1, len(pictures) // self.batch)
        return per_epoch, max(1, round(self.epochs * per_epoch)) if self.epochs > 0 else 0


def save(path, content):
    """Writes bytes, or what torch.save takes, whole or not at all, and lasting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as temporary, open(temporary, "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())


# A stage's name, from which its random numbers follow; its checkpoint; what is shown while it runs.
Place = collections.namedtuple("Place", ["name", "checkpoint", "label"])


def restore(path, recipe_key):
    """A checkpoint, or None where there is none."""
    if not path.exists():
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise RetrainError(f"{path}: is no checkpoint: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict) or found.get("recipe") != recipe_key:
        raise RetrainError(f"{path}: was made with other options or weights, expected those of this "
                           "run (take another --work, or remove the file)")
    return found


def fingerprint(model, masks):
    """Of the weights and masks that a stage starts from."""
    digest = hashlib.sha256()
    for name, value in [*sorted(model.state_dict().items()), *sorted(masks.items())]:
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def is_finite(model):
    """Whether all that is trained is numbers; the last step shows in no loss any more."""
    return all(bool(p.isfinite().all()) for p in model.parameters() if p.requires_grad)


class Trainer:
    """Trains and evaluates one model on one data set."""

    def __init__(self, train, test, scaling, augmentation, progress):
        self.train_set = train
        self.test_set = test
        self.scaling = scaling
        self._augmentation = augmentation
        self._progress = progress
        self.stop_requested = False

    def train(self, model, recipe, masks, place):
        """Runs a stage, from its checkpoint where there is one; the model holds the result.

        Weights under a zero of `masks` (parameter name -> 0/1 tensor) are zero in every forward
        pass. Raises Interrupted, with a checkpoint written, when a stop is requested.
        """
        key = json.dumps([dataclasses.asdict(recipe), place.name, fingerprint(model, masks),
                          self.train_set.digest, self.scaling.key, self._augmentation.key])
        device = next(model.parameters()).device
        held = [(dict(model.named_parameters())[n], m.to(device)) for n, m in masks.items()]
        optimizer = torch.optim.SGD(model.parameters(), recipe.learning_rate, recipe.momentum,
                                    weight_decay=recipe.weight_decay)
        per_epoch, total = recipe.batches(self.train_set)
        done = self._restore(model, optimizer, place.checkpoint, key)
        self._apply(held)
        model.train()
        saved = time.monotonic()
        with self._progress.of(place.label) as progress:
            while done < total:
                rate = recipe.learning_rate * (1 + math.cos(math.pi * done / total)) / 2
                for group in optimizer.param_groups:
                    group["lr"] = rate
                loss = self._batch(model, optimizer, recipe, (place.name, *divmod(done, per_epoch)))
                self._apply(held)
                done += 1
                at = f"batch {done} of {total} with learning rate {rate:g}"
                if not math.isfinite(loss):
                    raise RetrainError(f"{place.label}: the loss is {loss} at {at}, expected a number "
                                       "(try a smaller learning rate)")
                progress.step(done, total, f"loss {loss:.3f}")
                due = time.monotonic() - saved > SAVE_SECONDS
                if done == total or done % per_epoch == 0 or due or self.stop_requested:
                    if not is_finite(model):
                        raise RetrainError(f"{place.label}: weights are not finite after {at}, expected "
                                           "numbers (try a smaller learning rate)")
                    self._save(model, optimizer, place.checkpoint, key, done)
                    saved = time.monotonic()
                    if self.stop_requested and done < total:
                        raise Interrupted(f"{place.label}: stopped after {done} of {total} batches")

    @staticmethod
    def _restore(model, optimizer, checkpoint, key):
        found = restore(checkpoint, key)
        if found is None:
            return 0
        model.load_state_dict(found["model"])
        velocities = found["velocities"]
        if isinstance(velocities, list):  # as checkpoints were before: one for every parameter
            velocities = {i: velocity for i, velocity in enumerate(velocities) if velocity is not None}
        parameters = list(model.parameters())
        for index, velocity in velocities.items():
            parameter = parameters[index]
            optimizer.state[parameter]["momentum_buffer"] = velocity.to(parameter.device)
        return found["done"]

    @staticmethod
    def _save(model, optimizer, checkpoint, key, done):
        # No floats outside tensors: PyTorch 1.13 cannot load them back without unpickling code.
        # A parameter that is frozen or not used has no momentum, and none has where it is 0.
        buffers = {index: optimizer.state.get(parameter, {}).get("momentum_buffer")
                   for index, parameter in enumerate(model.parameters())}
        velocities = {index: buffer for index, buffer in buffers.items() if buffer is not None}
        save(checkpoint, {"recipe": key, "done": done, "model": model.state_dict(),
                          "velocities": velocities})

    @staticmethod
    def _apply(held):
        with torch.no_grad():
            for weight, mask in held:
                weight.mul_(mask)

    def _batch(self, model, optimizer, recipe, at):
        title, epoch, batch = at
        order = self._order(recipe, title, epoch)[batch * recipe.batch:(batch + 1) * recipe.batch]
        random = random_of(recipe.seed, title, epoch, batch)
        torch.manual_seed(int(random.integers(2**62)))  # for dropout and its like
        images = self.scaling(self._augmentation(self.train_set.images[order], random))
        labels = torch.from_numpy(self.train_set.labels[order]).to(images.device)
        optimizer.zero_grad(set_to_none=True)
        with self._precision(recipe, images.device):
            loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    def _order(self, recipe, title, epoch):
        """The pictures of an epoch, shuffled; kept while the epoch lasts."""
        key = (recipe.seed, title, epoch)
        if getattr(self, "_order_key", None) != key:
            self._order_key = key
            self._order_kept = random_of(*key).permutation(len(self.train_set))
        return self._order_kept

    @staticmethod
    def _precision(recipe, device):
        if recipe.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast(device.type, dtype=torch.bfloat16)

    def evaluate(self, model, images=None, batch=250):
        """Share of the test pictures (at most `images`, evenly spread) that are classified rightly,
        and how many they were."""
        total = len(self.test_set)
        count = min(images or total, total)
        chosen = numpy.arange(count) * total // count
        device = next(model.parameters()).device
        model.eval()
        right = 0
        with self._progress.of("evaluating") as progress, torch.no_grad():
            for start in range(0, count, batch):
                if self.stop_requested:
                    raise Interrupted("evaluation stopped")
                some = chosen[start:start + batch]
                answer = model(self.scaling(self.test_set.images[some])).argmax(1).cpu()
                right += int((answer == torch.from_numpy(self.test_set.labels[some])).sum())
                progress.step(min(start + batch, count), count)
        return right / count, count
