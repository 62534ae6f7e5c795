#!/usr/bin/python3
"""Prunes a PyTorch network step by step with retraining; see docs/retraining.md and --help.

Needs Debian's python3-torch, python3-h5py, python3-pil and the program `scnn`.
"""

import sys

from retrain import options as command_line
from retrain.errors import Interrupted, RetrainError


def main(words):
    # Imported after the command line is understood: --help and a misspelt option answer at once.
    options = command_line.parser().parse_args(words)
    from export_torch import ExportError  # pylint: disable=import-outside-toplevel
    from retrain.run import run  # pylint: disable=import-outside-toplevel
    try:
        run(command_line.check(options))
    except (RetrainError, ExportError, OSError) as error:
        print(f"prune_retrain.py: error: {error}", file=sys.stderr)
        return 2
    except (Interrupted, KeyboardInterrupt) as stopped:
        print(f"prune_retrain.py: {stopped or 'stopped'}; the same command goes on from there",
              file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
