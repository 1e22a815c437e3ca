"""Any Hugging Face encoder, read character by character: its layers as they are, under a vocabulary of single characters.

Labels live on characters. A word piece may hold the end of one span and the beginning of the next (`12件`), and most
tokenizers drop newlines, blanks or `|`, which is what a flattened table is made of. So the pieces themselves are not used:
every character becomes a token of its own, whose embedding starts from the pieces that the tokenizer makes of it alone.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel, set_seed

from gongkai.model.checkpoint import CONFIG
from gongkai.model.errors import CheckpointError
from gongkai.model.network import usable_positions
from gongkai.training.encoder import NOISE, NOISE_SEED, fast_tokenizer
from gongkai.training.pieces import Pieces, character_pieces

# What takes the place of a special token that a tokenizer does not have.
FALLBACKS = {
    "[PAD]": ("pad_token_id", "eos_token_id"),
    "[UNK]": ("unk_token_id", "pad_token_id", "eos_token_id"),
    "[CLS]": ("cls_token_id", "bos_token_id", "eos_token_id", "pad_token_id"),
    "[SEP]": ("sep_token_id", "eos_token_id", "pad_token_id"),
    "[MASK]": ("mask_token_id", "unk_token_id", "pad_token_id", "eos_token_id"),
}
WAY_OUT = "give the name of an encoder on the Hugging Face hub, or a folder with config.json, model.safetensors and tokenizer.json"


def adopted_encoder(base: str, layers: int | None, runs: Path) -> Path:
    """The folder inside `runs` with the first `layers` layers (default: all) of the encoder `base`, made unless it is there.

    It is an ordinary Hugging Face folder with a fast tokenizer of one token for every character.
    Raises CheckpointError if `base` cannot be opened, or has no fast tokenizer.
    """
    folder = runs / "encoders" / f"{_slug(base)}-{identity(base)}-{layers or 'all'}"
    if not (folder / CONFIG).exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        adopt(base, layers, unfinished)
        unfinished.rename(folder)
    return folder


def adopt(base: str, layers: int | None, folder: Path) -> None:
    """Write the encoder `base`, cut to `layers` layers, into `folder` under a vocabulary of single characters."""
    tokenizer = _open_tokenizer(base)
    specials = special_ids(tokenizer, base)
    characters = character_pieces(Pieces.of(tokenizer.backend_tokenizer, frozenset(tokenizer.all_special_ids), specials["[UNK]"]))
    rows = with_padding_kept({**{name: (row,) for name, row in specials.items()}, **characters}, specials["[PAD]"])
    network = _open_network(base, layers)
    place = {token: number for number, token in enumerate(rows)}
    table = character_rows(embeddings_of(network).detach().float().numpy(), list(rows.values()))
    network.resize_token_embeddings(len(rows), mean_resizing=False)
    embeddings_of(network).data.copy_(torch.from_numpy(table))
    for name, token in {"pad": "[PAD]", "cls": "[CLS]", "sep": "[SEP]", "bos": "[CLS]", "eos": "[SEP]", "mask": "[MASK]"}.items():
        setattr(network.config, f"{name}_token_id", place[token])
    # A pooler reads a whole text at once; there is none above single characters.
    network.save_pretrained(folder, state_dict={name: value for name, value in network.state_dict().items() if "pooler." not in name})
    fast_tokenizer(place, usable_positions(network)).save_pretrained(folder)


def embeddings_of(network: PreTrainedModel) -> torch.Tensor:
    """The rows of tokens."""
    return cast("torch.Tensor", network.get_input_embeddings().weight)


def special_ids(tokenizer: Any, base: str) -> dict[str, int]:
    """The row that each of our special tokens starts from; another one of its kind where the tokenizer has none of that name.

    Raises CheckpointError if it has no special tokens at all.
    """
    found = {}
    for name, attributes in FALLBACKS.items():
        ids = [number for attribute in attributes if (number := getattr(tokenizer, attribute)) is not None]
        if not ids:
            raise CheckpointError(f"{base}: its tokenizer has no special token that could be {name}; take another encoder")
        found[name] = int(ids[0])
    return found


def with_padding_kept(rows: Mapping[str, tuple[int, ...]], padding: int) -> dict[str, tuple[int, ...]]:
    """`rows` with [PAD] at place `padding`, where it was: RoBERTa and its kin count their positions from there.

    Where there are fewer rows than that, [PAD] stays first.
    """
    others = [(name, row) for name, row in rows.items() if name != "[PAD]"]
    at = padding if padding <= len(others) else 0
    return dict([*others[:at], ("[PAD]", rows["[PAD]"]), *others[at:]])


def character_rows(
    embeddings: np.ndarray[Any, np.dtype[np.float32]], rows: Sequence[tuple[int, ...]]
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """One row for every entry of `rows`: the mean of the rows it names.

    Entries that name the same rows get a little fixed noise each, so that training can tell them apart.
    """
    table = np.stack([embeddings[list(ids)].mean(axis=0) for ids in rows])
    noise, seen = np.random.default_rng(NOISE_SEED), set()
    for index, ids in enumerate(rows):
        if ids in seen:
            table[index] += noise.normal(0, NOISE * table[index].std(), table.shape[1])
        seen.add(ids)
    return table.astype(np.float32)


def _open_tokenizer(base: str) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise CheckpointError(f"{base}: no tokenizer can be opened there ({_first_line(error)}); {WAY_OUT}") from error
    if not tokenizer.is_fast:
        raise CheckpointError(f"{base}: has no fast tokenizer (tokenizer.json), so its pieces cannot be looked up; {WAY_OUT}")
    return tokenizer


def _open_network(base: str, layers: int | None) -> PreTrainedModel:
    # Rows that a folder lacks are drawn at random; nothing of that is used, but the files should be the same each time.
    set_seed(NOISE_SEED)
    try:
        config = AutoConfig.from_pretrained(base)
        if layers is not None:
            config.num_hidden_layers = min(layers, config.num_hidden_layers)
        network: PreTrainedModel = AutoModel.from_pretrained(base, config=config, dtype=torch.float32)
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise CheckpointError(f"{base}: no encoder can be opened there ({_first_line(error)}); {WAY_OUT}") from error
    return network


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _slug(base: str) -> str:
    return re.sub(r"[^\w.-]+", "-", Path(base).name if Path(base).is_dir() else base)


def identity(base: str) -> str:
    """A few letters that name the content of the folder `base`, or the revision of the hub's `base` at hand."""
    if Path(base).is_dir():
        digest = hashlib.sha256()
        for path in sorted(path for path in Path(base).iterdir() if path.is_file()):
            with path.open("rb") as file:
                digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:12]
    try:
        return str(getattr(AutoConfig.from_pretrained(base), "_commit_hash", None) or "hub")[:12]
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{base}: no encoder can be opened there ({_first_line(error)}); {WAY_OUT}") from error
