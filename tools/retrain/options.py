"""The command line."""

import argparse

from one_line_parser import OneLineParser
from retrain.errors import RetrainError

GRANULARITIES = ("fine", "vector", "kernel", "filter")

ABOUT = """Prunes a PyTorch network step by step, retrains it after each step and logs the accuracies.

MODULE:FACTORY names a function that returns an nn.Module (FILE.py:NAME, or an importable module).
--data is a folder of pictures, train/CLASS/* and test/CLASS/*. Masks come from `scnn prune`. A run
that was stopped goes on where it stopped when the same command is given again."""


def numbers(text, option, low, high):
    """Numbers above `low`, at most `high`."""
    try:
        found = [float(word) for word in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(low < n <= high for n in found):
        raise RetrainError(f'{option}: found "{text}", expected numbers above {low:g}, at most {high:g}, '
                           "separated by commas")
    return found


def parser():
    it = OneLineParser(prog="prune_retrain.py", description=ABOUT,
                       formatter_class=argparse.RawDescriptionHelpFormatter)
    it.add_argument("model", metavar="MODULE:FACTORY")
    it.add_argument("--data", required=True, metavar="FOLDER", help="train/CLASS/* and test/CLASS/*")
    it.add_argument("--state", metavar="FILE",
                    help="trained parameters: .pth, or HDF5 of state_dict names; default: untrained")
    it.add_argument("--work", required=True, metavar="FOLDER",
                    help="log, checkpoints, masks and exported networks")
    pruning = it.add_argument_group("pruning")
    pruning.add_argument("--granularity", default=",".join(GRANULARITIES), metavar="LIST",
                         help="one chain each; default: fine,vector,kernel,filter")
    pruning.add_argument("--schedule", default="0.8,0.6,0.5,0.4,0.3,0.2,0.1", metavar="LIST",
                         help="densities, each going on from the last; default: %(default)s")
    pruning.add_argument("--densities", metavar="FILE",
                         help="one step with these densities per layer, as `scnn prune` takes them, "
                              "instead of --schedule")
    pruning.add_argument("--skip", action="append", metavar="GLOB",
                         help="layers that stay dense; may be repeated; default: the first "
                              "convolution; '' for none")
    pruning.add_argument("--linear", action="store_true",
                         help="prune linear layers too; default: they stay dense")
    pruning.add_argument("--sensitivity", action="store_true",
                         help="measure the accuracy with one layer pruned at a time, no retraining; "
                              "WORK/sensitivity-GRANULARITY-sSEED.json")
    pruning.add_argument("--from-sensitivity", action="store_true",
                         help="choose each layer's densities from that scan so that all layers "
                              "together reach the schedule's")
    pruning.add_argument("--evaluate", action="append", metavar="NET",
                         help="only print the accuracy of this exported network; may be repeated")
    training = it.add_argument_group("training")
    training.add_argument("--adapt-epochs", type=float, default=0, metavar="E",
                          help="train the dense network first; default: 0")
    training.add_argument("--adapt-learning-rate", type=float, default=0.02, metavar="R",
                          help="default: %(default)s")
    training.add_argument("--adapt-only", action="store_true", help="stop before pruning")
    training.add_argument("--epochs", type=float, default=1, metavar="E",
                          help="of retraining per step, fractions too; default: 1")
    training.add_argument("--learning-rate", type=float, default=0.02, metavar="R",
                          help="at the start of a step, falling to 0 as a cosine; default: %(default)s")
    training.add_argument("--batch", type=int, default=64, metavar="N", help="default: 64")
    training.add_argument("--momentum", type=float, default=0.9, metavar="M", help="default: 0.9")
    training.add_argument("--weight-decay", type=float, default=1e-4, metavar="W",
                          help="default: 1e-4")
    training.add_argument("--seed", type=int, default=1, metavar="N",
                          help="of the order of pictures and their augmentation; default: 1")
    training.add_argument("--precision", choices=["float32", "bf16"], default="float32",
                          help="of training; accuracies are measured in float32; default: float32")
    data = it.add_argument_group("data and measuring")
    data.add_argument("--data-name", metavar="TEXT",
                      help="what the log calls the data; default: the folder's name")
    data.add_argument("--size", type=int, metavar="N", help="scale all pictures to N x N")
    data.add_argument("--crop-padding", type=int, default=4, metavar="N",
                      help="crop training pictures at random out of a border of N; default: 4")
    data.add_argument("--no-flip", action="store_true", help="do not flip training pictures")
    data.add_argument("--mean", default="0.485,0.456,0.406", metavar="R,G,B",
                      help="subtracted from pictures in 0 to 1; default: ImageNet's")
    data.add_argument("--std", default="0.229,0.224,0.225", metavar="R,G,B", help="divides them")
    data.add_argument("--test-images", type=int, metavar="N",
                      help="measure on N test pictures, evenly spread; default: all")
    data.add_argument("--quick-images", type=int, default=2000, metavar="N",
                      help="the same right after pruning and in the sensitivity scan; default: 2000")
    data.add_argument("--weight-bits", type=int, default=8, metavar="N",
                      help="of the exported weights, 2 to 8; default: 8")
    data.add_argument("--image", type=int, default=0, metavar="N",
                      help="the test picture whose activations are exported; default: 0")
    data.add_argument("--cache", metavar="FOLDER", help="decoded pictures; default: WORK/pictures")
    running = it.add_argument_group("running")
    running.add_argument("--scnn", metavar="PROGRAM", help="default: that of build/release, else in PATH")
    running.add_argument("--device", metavar="D", help="default: cuda where there is one, else cpu")
    running.add_argument("--threads", type=int, default=1, metavar="N",
                         help="of PyTorch; results are equal for equal N only; default: 1")
    running.add_argument("--log", metavar="FILE", help="default: WORK/accuracy.jsonl")
    running.add_argument("--quiet", action="store_true", help="print neither accuracies nor progress")
    return it


def check(options):
    """Turns texts into values; raises RetrainError for what cannot be."""
    options.granularities = options.granularity.split(",")
    for name in options.granularities:
        if name not in GRANULARITIES:
            raise RetrainError(f'--granularity: found "{name}", expected some of '
                               f"{', '.join(GRANULARITIES)}")
    options.steps = numbers(options.schedule, "--schedule", 0, 1)
    if any(b >= a for a, b in zip(options.steps, options.steps[1:])):
        raise RetrainError(f'--schedule: found "{options.schedule}", expected falling densities')
    for option in ("mean", "std"):
        value = numbers(getattr(options, option), f"--{option}", -1e6 if option == "mean" else 0, 1e6)
        if len(value) != 3:
            raise RetrainError(f"--{option}: found {len(value)} numbers, expected three")
        setattr(options, option, value)
    for name, low, high in [("epochs", 0, 1e6), ("adapt_epochs", 0, 1e6), ("batch", 1, 1e6),
                            ("threads", 1, 1024), ("weight_bits", 2, 8), ("crop_padding", 0, 1e3),
                            ("quick_images", 1, 1e9), ("test_images", 1, 1e9), ("size", 1, 1e5),
                            ("image", 0, 1e9), ("learning_rate", 0, 1e3), ("momentum", 0, 1),
                            ("adapt_learning_rate", 0, 1e3), ("weight_decay", 0, 1e3)]:
        value = getattr(options, name)
        if value is not None and not low <= value <= high:
            raise RetrainError(f"--{name.replace('_', '-')}: found {value:g}, expected {low:g} to "
                               f"{high:g}")
    if options.densities and options.from_sensitivity:
        raise RetrainError("--densities: found beside --from-sensitivity, expected one of them")
    return options
