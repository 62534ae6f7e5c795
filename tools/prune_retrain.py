#!/usr/bin/python3
"""Prunes a PyTorch network step by step with retraining; see docs/retraining.md and --help.

Needs Debian's python3-torch, python3-h5py, python3-pil and the program `scnn`.
"""

import sys

from retrain import options as command_line
from retrain.errors import Interrupted, RetrainError


def main(words):
    options = command_line.parser().parse_args(words)
    try:
        command_line.check(options)
        # PyTorch takes seconds to load: --help and misspelt options answer before.
        from export_torch import ExportError  # pylint: disable=import-outside-toplevel
        from retrain.run import run  # pylint: disable=import-outside-toplevel
        try:
            run(options)
        except ExportError as error:
            raise RetrainError(str(error)) from error
    except (RetrainError, OSError) as error:
        print(f"prune_retrain.py: error: {error}", file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"prune_retrain.py: error: {error}, expected Debian's python3-torch, python3-h5py and "
              "python3-pil", file=sys.stderr)
        return 2
    except (Interrupted, KeyboardInterrupt) as stopped:
        print(f"prune_retrain.py: {str(stopped) or 'stopped'}; the same command goes on from there",
              file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
