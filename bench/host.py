"""Facts about machine and source that belong to a result."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def processor():
    """Model name and instruction sets of the first processor."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    fields = dict(re.findall(r"^([\w ]+?)\s*: (.*)$", text.split("\n\n")[0], re.MULTILINE))
    return {
        "cpu": fields.get("model name", platform.processor() or "unknown"),
        "cores": len(os.sched_getaffinity(0)),
        "flags": fields.get("flags", fields.get("Features", "")),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
    }


def commit():
    """Short hash of the source, with `-dirty` when it was changed; `unknown` outside git."""
    result = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12",
                             "--exclude=*"],
                            capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def cache_value(build, name):
    """An entry of the build folder's CMake cache, or None."""
    cache = pathlib.Path(build, "CMakeCache.txt")
    found = re.search(rf"^{name}:\w+=(.*)$", cache.read_text(), re.MULTILINE)
    return found.group(1) if found else None
