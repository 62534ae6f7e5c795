#!/usr/bin/python3
"""Writes a PyTorch model's convolutions, with the activations an input gives them, as a network.

    tools/export_torch.py MODEL --out NET [options]

MODEL names what to build: a function of torchvision.models (`resnet18`), or FILE.py:NAME, a
module or a function that returns one. --state loads its parameters. Every Conv2d (with --linear
every Linear too) becomes a layer `scnn run` takes: its weights, bias and pruning mask, and the
input it received in one forward pass.

From Python, with a model and an input at hand:

    from export_torch import export
    export(model, image, "net.h5", fold_batch_norm=True)

Needs Debian's python3-torch, python3-h5py; for MODEL from torchvision and for images,
python3-torchvision and python3-pil.
"""

import argparse
import collections
import contextlib
import importlib.util
import os
import pathlib
import pickle
import sys
import tempfile

import h5py
import numpy
import torch
from torch import nn

from one_line_parser import OneLineParser
from torch_recorder import Recorder


class ExportError(Exception):
    """Something the caller can mend; the message says what was found and what was expected."""


def pair(value):
    """Rows and columns of a setting that may be one number."""
    return [int(v) for v in (value if isinstance(value, (tuple, list)) else (value, value))]


# Integers as a file keeps them, and what one of them stands for.
Scaled = collections.namedtuple("Scaled", ["values", "scale"])

# Which weights are kept (0/1), and how they were chosen.
Mask = collections.namedtuple("Mask", ["values", "granularity", "requested"])


def folded(weight, bias, norm):
    """Weight and bias that give what the convolution and the batch norm behind it give."""
    scale = 1.0 / torch.sqrt(norm.running_var.double() + norm.eps)
    shift = -norm.running_mean.double() * scale
    if norm.affine:
        gamma, beta = norm.weight.detach().double(), norm.bias.detach().double()
        scale, shift = scale * gamma, shift * gamma + beta
    bias = torch.zeros(weight.shape[0]) if bias is None else bias
    return ((weight.double() * scale[:, None, None, None]).float(),
            (bias.double() * scale + shift).float())


def same_padding(module):
    """PyTorch's `padding="same"`: top, bottom, left, right; the odd one at the bottom and right."""
    total = [d * (k - 1) for d, k in zip(pair(module.dilation), pair(module.kernel_size))]
    return [total[0] // 2, total[0] - total[0] // 2, total[1] // 2, total[1] - total[1] // 2]


def geometry(name, module):
    """Attributes of a layer in a network file."""
    if isinstance(module, nn.Linear):
        return {"kind": "fc", "stride": [1, 1], "padding": [0, 0, 0, 0], "dilation": [1, 1],
                "groups": 1}
    if module.padding_mode != "zeros":
        raise ExportError(f"layer {name}: its padding mode is {module.padding_mode}, expected zeros")
    if module.padding == "same":
        padding = same_padding(module)
    elif module.padding == "valid":
        padding = [0, 0, 0, 0]
    else:
        rows, columns = pair(module.padding)
        padding = [rows, rows, columns, columns]
    return {"kind": "conv", "stride": pair(module.stride), "padding": padding,
            "dilation": pair(module.dilation), "groups": int(module.groups)}


def mask_of(module, weight):
    """What torch.nn.utils.prune left, where it was used."""
    mask = getattr(module, "weight_mask", None)
    if mask is None:
        return None
    kept = (mask.detach() != 0).reshape(weight.shape).numpy()
    return Mask(kept, "fine", float(kept.mean()))


def layers_of(model, image, *, linear, fold_batch_norm):
    """(name, attributes, datasets, mask) of every layer that ran, in order; what was left out."""
    kinds = (nn.Conv2d, nn.Linear) if linear else (nn.Conv2d,)
    recorder = Recorder(model, kinds)
    recorder.run(model, image)
    layers, notes, seen = [], [], set()
    for name, module, value, made in recorder.calls:
        if name in seen:
            notes.append(f"layer {name} runs more than once and was exported as first run")
            continue
        seen.add(name)
        if isinstance(module, nn.Linear) and value.numel() != value.shape[0] * value.shape[-1]:
            notes.append(f"layer {name} (Linear) reads more than one vector and was left out")
            continue
        weight = module.weight.detach().float()
        bias = None if module.bias is None else module.bias.detach().float()
        weight = weight.reshape(*weight.shape[:2], *(weight.shape[2:] or (1, 1)))
        norm = recorder.norm_behind(made) if fold_batch_norm else None
        if norm is not None:
            weight, bias = folded(weight, bias, norm)
        if value.dim() == 3 and isinstance(module, nn.Conv2d):
            value = value[None]
        single = value[0].float()
        single = single.reshape(-1, 1, 1) if isinstance(module, nn.Linear) else single
        attributes = geometry(name, module)
        attributes["relu"] = int(recorder.is_rectified(made))
        attributes["input_shape"] = list(single.shape)
        datasets = {"weights": weight, "bias": bias, "input": single}
        layers.append((name or type(module).__name__, attributes, datasets, mask_of(module, weight)))
    if not layers:
        raise ExportError("no Conv2d ran in the forward pass, expected at least one")
    return layers, notes


@contextlib.contextmanager
def beside(path):
    """A file to fill, which takes the name `path` when it is complete; never half a file there."""
    path = pathlib.Path(path)
    handle, temporary = tempfile.mkstemp(prefix=path.name + ".part-", dir=path.parent)
    os.close(handle)
    try:
        yield pathlib.Path(temporary)
        os.chmod(temporary, 0o666 & ~current_umask())
        os.replace(temporary, path)
    except BaseException:
        pathlib.Path(temporary).unlink(missing_ok=True)
        raise


def write(path, name, source, layers):
    """Writes the network file. Values are tensors or Scaled, masks are Mask or None."""
    with beside(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update(format="scnn-network", version=1, name=name, source=source)
        group = file.create_group("layers")
        group.attrs.create("order", [n for n, *_ in layers], dtype=h5py.string_dtype())
        for layer_name, attributes, datasets, mask in layers:
            one = group.create_group(layer_name)
            one.attrs.update(attributes)
            for key, value in datasets.items():
                if value is not None:
                    write_dataset(one, key, value)
            if mask is not None:
                kept = one.create_dataset("mask", data=mask.values.astype(numpy.uint8),
                                          compression=1)
                kept.attrs.update(granularity=mask.granularity, density_requested=mask.requested,
                                  density_achieved=float(mask.values.mean()))


def write_dataset(group, key, value):
    if isinstance(value, Scaled):
        dataset = group.create_dataset(key, data=value.values, compression=1, shuffle=True)
        dataset.attrs["scale"] = float(value.scale)
    else:
        group.create_dataset(key, data=value.numpy(), compression=1, shuffle=True)


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def export(model, image, out, *, name=None, linear=False, fold_batch_norm=False):
    """Runs `model` on `image` ([N][C][H][W]; of a batch the first) and writes a network file.

    linear:           Linear layers too, as kind `fc`
    fold_batch_norm:  a BatchNorm2d right behind a convolution goes into its weights and bias

    Returns sentences about layers that were left out. Raises ExportError for what cannot be
    exported. The model's modes and hooks are left as they were.
    """
    layers, notes = layers_of(model, image, linear=linear, fold_batch_norm=fold_batch_norm)
    source = f"PyTorch {torch.__version__}, {type(model).__name__}"
    write(out, name or type(model).__name__, source, layers)
    return notes


def build(text):
    """The model that MODEL names."""
    file, colon, attribute = text.rpartition(":")
    if colon:
        spec = importlib.util.spec_from_file_location("exported_model", file)
        if spec is None or not pathlib.Path(file).is_file():
            raise ExportError(f"{file}: there is no such Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        model = getattr(module, attribute, None)
    else:
        try:
            import torchvision  # pylint: disable=import-outside-toplevel
        except ImportError as error:
            raise ExportError(f"MODEL: {text} needs torchvision ({error})") from error
        model = getattr(torchvision.models, text, None)
    if model is None:
        raise ExportError(f"MODEL: there is no {text}, expected a function of torchvision.models or "
                          "FILE.py:NAME")
    if not isinstance(model, nn.Module) and callable(model):
        model = model() if colon else model(**constructor_options(text))
    if not isinstance(model, nn.Module):
        raise ExportError(f"MODEL: {text} is {type(model).__name__}, expected a module")
    return model


def constructor_options(name):
    """GoogLeNet and Inception: no heads that exist in training only, no weights that take long to
    draw, and the scaling of the input that their published parameters were trained with."""
    if name not in {"googlenet", "inception_v3"}:
        return {}
    return {"aux_logits": False, "init_weights": False, "transform_input": True}


def load_state(model, path):
    """Loads a state_dict, also one that is kept under `state_dict` or `model`."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ExportError(f"{path}: cannot be loaded: {str(error).splitlines()[0]}") from error
    for key in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict):
        raise ExportError(f"{path}: holds {type(state).__name__}, expected a state_dict")
    state = {k.removeprefix("module."): v for k, v in state.items()}
    wanted = model.state_dict().keys()
    missing = sorted(wanted - state.keys() - {k for k in wanted if k.endswith("num_batches_tracked")})
    if missing:
        raise ExportError(f"{path}: has no {missing[0]} ({len(missing)} parameters are missing)")
    model.load_state_dict({k: v for k, v in state.items() if k in wanted}, strict=False)


def image_of(path, shape):
    """An image as torchvision's networks take it: short side 256/224, centre, ImageNet's statistics."""
    from PIL import Image  # pylint: disable=import-outside-toplevel
    channels, height, width = shape
    picture = Image.open(path).convert("L" if channels == 1 else "RGB")
    scale = max(height, width) * 256 / 224 / min(picture.size)
    picture = picture.resize([max(round(s * scale), n) for s, n in zip(picture.size, (width, height))],
                             Image.BILINEAR)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    values = numpy.asarray(picture.crop((left, top, left + width, top + height)), numpy.float32) / 255
    values = values.reshape(height, width, channels)
    if channels == 3:
        values = (values - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.tensor(values.transpose(2, 0, 1)[None], dtype=torch.float32)


def input_of(arguments):
    """The input that the options name: an image, a tensor, or seeded noise."""
    shape = [int(n) for n in arguments.input_shape.split(",")]
    if len(shape) != 3 or min(shape) < 1:
        raise ExportError(f'--input-shape: found "{arguments.input_shape}", expected C,H,W')
    if arguments.image is None:
        return torch.randn(1, *shape, generator=torch.Generator().manual_seed(arguments.seed))
    suffix = pathlib.Path(arguments.image).suffix
    if suffix == ".npy":
        value = torch.tensor(numpy.load(arguments.image), dtype=torch.float32)
    elif suffix in {".pt", ".pth"}:
        value = torch.load(arguments.image, map_location="cpu", weights_only=True).float()
    else:
        return image_of(arguments.image, shape)
    return value if value.dim() == 4 else value[None]


def parse(words):
    parser = OneLineParser(
        prog="export_torch.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__.split("\n\n", 2)[0] + "\n\n" + __doc__.split("\n\n", 2)[2])
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--out", required=True, metavar="NET", help="network file to write")
    parser.add_argument("--state", metavar="FILE", help="state_dict to load (.pth)")
    parser.add_argument("--image", metavar="FILE",
                        help="input: a picture, or a tensor [C][H][W] as .npy or .pt; default: noise")
    parser.add_argument("--input-shape", default="3,224,224", metavar="C,H,W",
                        help="of a picture or of noise; default 3,224,224")
    parser.add_argument("--linear", action="store_true", help="Linear layers too")
    parser.add_argument("--fold-batch-norm", action="store_true",
                        help="put a batch norm into the convolution before it")
    parser.add_argument("--seed", type=int, default=1, help="of noise and of unloaded weights")
    return parser.parse_args(words)


def main(words):
    arguments = parse(words)
    try:
        torch.manual_seed(arguments.seed)
        model = build(arguments.model)
        if arguments.state:
            load_state(model, arguments.state)
        notes = export(model, input_of(arguments), arguments.out,
                       name=arguments.model.rpartition(":")[2], linear=arguments.linear,
                       fold_batch_norm=arguments.fold_batch_norm)
    except (ExportError, OSError) as error:
        print(f"export_torch.py: error: {error}", file=sys.stderr)
        return 2
    for note in notes:
        print(f"export_torch.py: note: {note}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
