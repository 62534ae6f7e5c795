"""What stops the tool."""


class RetrainError(Exception):
    """Something the caller can mend; the message says what was found and what was expected."""


class Interrupted(Exception):
    """Asked to stop; what was finished is on the disk."""
