"""Result files of bench/run, and writing beside before replacing."""

import json

import figures


class NotAResult(Exception):
    """A file that is no result of bench/run, or a page that has no place for one."""


def load(path):
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotAResult(f"{path}: {error}") from error
    schema = result.get("schema") if isinstance(result, dict) else None
    if schema != figures.SCHEMA:
        raise NotAResult(f"{path}: schema is {schema!r}, expected {figures.SCHEMA!r}")
    return result


def write(path, text):
    """Replaces a file at once: never a part of it under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
