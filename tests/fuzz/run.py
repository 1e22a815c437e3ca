"""Coverage-guided search with atheris (`pip install 'gongkai[fuzz]'`): python tests/fuzz/run.py html numbers --seconds 600

Without targets, all of them, one after the other. It begins with the inputs kept in corpus/<target>/. What reaches something new is
written to runs/fuzz/<target>/, and with --keep the few of it that reach most are kept, too. An input that breaks a target is written
into the corpus as crash-…, where the tests read it from then on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import atheris  # pyright: ignore[reportMissingImports]

with atheris.instrument_imports(include=["gongkai"]):  # pyright: ignore[reportAttributeAccessIssue]
    from fuzz_targets import TARGETS  # pyright: ignore[reportMissingImports]

HERE = Path(__file__).parent
FOUND = Path("runs", "fuzz")


def search(target: str, options: list[str]) -> None:
    """Search until libFuzzer ends this process."""
    kept, found = HERE / "corpus" / target, FOUND / target
    found.mkdir(parents=True, exist_ok=True)
    folders = [str(kept), str(found)] if "-merge=1" in options else [str(found), str(kept)]
    atheris.Setup([sys.argv[0], "-max_len=600", "-timeout=20", f"-artifact_prefix={kept}/", *options, *folders], TARGETS[target])
    atheris.Fuzz()


def each(targets: list[str], seconds: int, keep: bool) -> int:
    """Search for each target in a process of its own; the number of those that broke."""
    broken = 0
    for target in targets:
        print(f"== {target}", flush=True)
        program = [sys.executable, __file__, target, "--options"]
        broken += subprocess.run([*program, f"-max_total_time={seconds} -print_final_stats=1 -verbosity=0"], check=False).returncode != 0
        if keep:
            subprocess.run([*program, "-merge=1"], check=True)
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(sorted(TARGETS)))
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--keep", action="store_true", help="add to the corpus what reaches more")
    parser.add_argument("--options", help=argparse.SUPPRESS)  # of libFuzzer: this is the process of one target
    arguments = parser.parse_args()
    if unknown := set(arguments.targets) - set(TARGETS):
        parser.error(f"{', '.join(sorted(unknown))}: no such target; there are {', '.join(sorted(TARGETS))}")
    if arguments.options:
        search(arguments.targets[0], arguments.options.split())
    return each(arguments.targets or sorted(TARGETS), arguments.seconds, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
