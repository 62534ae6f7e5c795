"""One forward pass, watched: what went into a PyTorch model's layers, and who read what they made."""

import collections

import torch
from torch import nn
from torch.overrides import TorchFunctionMode


def tensors_in(value):
    """Every tensor in arguments or results."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from tensors_in(one)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


def key_of(tensor):
    """A tensor's value: functions that work in place keep the tensor and count its version up."""
    return id(tensor), tensor._version  # pylint: disable=protected-access


def rectifies(function, arguments, settings):
    name = getattr(function, "__name__", "")
    if name == "hardtanh":  # of which ReLU6 is one
        low = arguments[1] if len(arguments) > 1 else settings.get("min_val", -1.0)
        return low == 0
    return name in {"relu", "relu_", "relu6"}


def is_transparent(function):
    """A ReLU behind it counts as one right behind the layer before it."""
    return getattr(function, "__name__", "") in {"batch_norm", "dropout", "dropout2d"}


# A function that has read a value: whether it rectifies, and the keys of what it made.
Reader = collections.namedtuple("Reader", ["relu", "transparent", "made"])


class Watch(TorchFunctionMode):
    """Notes every function of torch that makes tensors of tensors, methods and operators too."""

    def __init__(self):
        super().__init__()
        self.readers = {}  # key of a value -> its Readers
        self._alive = []   # so that no id is given twice

    def __torch_function__(self, function, types, args=(), kwargs=None):
        settings = kwargs or {}
        read = [(t, key_of(t)) for t in tensors_in([args, settings])]
        result = function(*args, **settings)
        made = [(t, key_of(t)) for t in tensors_in(result)]
        if made:
            reader = Reader(rectifies(function, args, settings), is_transparent(function),
                            [key for _, key in made])
            for _, key in read:
                self.readers.setdefault(key, []).append(reader)
            self._alive += [t for t, _ in read + made]
        return result


class Recorder:
    """Runs a model once and keeps what went into its layers, and what was done with the outputs."""

    def __init__(self, model, kinds):
        self.calls = []  # (name, module, input, key of the output), in order of execution
        self.norms = {}  # key of a value -> the BatchNorm2d that read it
        self._watch = Watch()
        self._inputs = []
        self._names = {}
        for name, module in model.named_modules():
            self._names.setdefault(module, name)
        self._layers = [m for m in self._names if isinstance(m, kinds)]
        self._norms = [m for m in self._names if isinstance(m, nn.BatchNorm2d)]

    def run(self, model, image):
        handles = [m.register_forward_pre_hook(self._before) for m in self._layers]
        handles += [m.register_forward_hook(self._after) for m in self._layers]
        handles += [m.register_forward_pre_hook(self._before_norm) for m in self._norms]
        training = {m: m.training for m in model.modules()}
        model.eval()
        try:
            with torch.no_grad(), self._watch:
                model(image)
        finally:
            for handle in handles:
                handle.remove()
            for module, mode in training.items():
                module.training = mode

    def _before(self, _module, inputs):
        # Of a batch the first; a copy, as later layers may work in place.
        self._inputs.append(inputs[0].detach().clone())

    def _after(self, module, _inputs, output):
        self.calls.append((self._names[module], module, self._inputs.pop(), key_of(output)))

    def _before_norm(self, module, inputs):
        self.norms[key_of(inputs[0])] = module

    def is_rectified(self, key):
        """Everything that reads the value rectifies it, at most batch norm and dropout between."""
        readers = self._watch.readers.get(key, [])
        return bool(readers) and all(
            r.relu or (r.transparent and all(made != key and self.is_rectified(made)
                                             for made in r.made)) for r in readers)

    def norm_behind(self, key):
        """The batch norm that alone reads the value, when it has running statistics."""
        norm = self.norms.get(key)
        alone = len(self._watch.readers.get(key, [])) == 1
        return norm if norm is not None and alone and norm.running_mean is not None else None
