"""Coverage-guided search with atheris (`pip install atheris`): python tests/fuzz/run.py html --seconds 600

Inputs that reach something new are kept in corpus/<target>/; one that breaks a target is written beside it as crash-…
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris  # pyright: ignore[reportMissingImports]

with atheris.instrument_imports(include=["gongkai"]):  # pyright: ignore[reportAttributeAccessIssue]
    from fuzz_targets import TARGETS  # pyright: ignore[reportMissingImports]

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    arguments = parser.parse_args()
    folder = CORPUS / arguments.target
    folder.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={arguments.seconds}", "-max_len=600", "-timeout=20", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, str(folder)], TARGETS[arguments.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
