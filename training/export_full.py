"""`model.fp32.onnx`: the network in fp32 for processors without exact int8. Its weights are those of `model.safetensors`, by reference.

Every export writes it; `python -m gongkai.training.export_full FOLDER` adds it to a model folder that was exported before.
"""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from transformers import AutoModelForTokenClassification, PreTrainedModel

from gongkai.model.checkpoint import FULL_NETWORK, WEIGHTS, verify_manifest, write_manifest
from gongkai.model.errors import GongkaiError

_WRAPPER = "network."


def write_full_network(network: PreTrainedModel, folder: Path) -> None:
    """Write the graph of `network` into `folder`, where its weights lie as safetensors in fp16.

    The graph names their places in that file and makes fp32 of them when it is opened, so that it takes a few hundred kilobytes.
    """
    import onnx

    from gongkai.training.export import to_onnx

    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        to_onnx(network, exported, folded=False)
        model = onnx.load(exported)
    _refer(model.graph, _places(folder / WEIGHTS))
    onnx.save(model, folder / FULL_NETWORK)


def add_full_network(folder: Path) -> None:
    """Write the fp32 network of the model in `folder` beside it, and the manifest anew. Raises CheckpointError if the folder is altered."""
    verify_manifest(folder)
    write_full_network(open_full(folder), folder)
    write_manifest(folder)


def open_full(folder: Path) -> PreTrainedModel:
    """The network in `folder` in fp32, as it is exported."""
    network: PreTrainedModel = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return network


def _places(path: Path) -> Mapping[str, tuple[int, int]]:
    """Where each fp16 tensor of a safetensors file begins in the file, and how many bytes it has."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(size))
    tensors = {name: entry["data_offsets"] for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == "F16"}
    return {name: (8 + size + begin, end - begin) for name, (begin, end) in tensors.items()}


def _refer(graph: Any, places: Mapping[str, tuple[int, int]]) -> None:
    """Replace the weights inside `graph` by references to `places`; what is not there stays."""
    from onnx import TensorProto, helper

    casts = []
    for tensor in graph.initializer:
        place = places.get(tensor.name.removeprefix(_WRAPPER))
        if place is None or tensor.data_type != TensorProto.FLOAT:
            continue
        casts.append(helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT))
        tensor.ClearField("raw_data")
        tensor.name, tensor.data_type, tensor.data_location = f"{tensor.name}.half", TensorProto.FLOAT16, TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", place[0]), ("length", place[1])):
            tensor.external_data.add(key=key, value=str(value))
    nodes = [*casts, *graph.node]
    graph.ClearField("node")
    graph.node.extend(nodes)


def export_full(folder: Annotated[Path, typer.Argument(help="A model folder.")]) -> None:
    """Add the fp32 network to a model folder."""
    try:
        add_full_network(folder)
    except GongkaiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{folder / FULL_NETWORK}: written, and the manifest anew")


if __name__ == "__main__":
    typer.run(export_full)
