"""Reads the command line of a script; what it cannot read ends in one line and status 2."""

import argparse


class OneLineParser(argparse.ArgumentParser):
    """Without the usage that argparse puts before an error: --help is for that."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {' '.join(message.splitlines())} (see --help)\n")
