"""Masked-language training of an encoder on the project's own text: some characters are hidden and guessed from the rest.

The text is what the tags are learned from (passages, recombined narrative, generated pages), in a draw of its own and without its labels;
writers that are held out give nothing to it. What comes out is an encoder folder that `base_model` can name.
"""

from __future__ import annotations

import json
import shutil
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Trainer,
    set_seed,
)

from gongkai.inference.commands.streams import tell
from gongkai.model.checkpoint import TOKENIZER, TOKENIZER_CONFIG
from gongkai.model.errors import ConfigError
from gongkai.model.network import set_dropout
from gongkai.training.adopt import embeddings_of
from gongkai.training.examples import IGNORED, Encoder
from gongkai.training.loop import arguments, carry_out
from gongkai.training.run import Run, prepare_data
from gongkai.training.settings import Pretraining

# The text is drawn with other seeds than that of the tags, whatever the seed of the run.
OTHER_SEEDS = 1_000_000_000
FACTS = "pretraining.json"


class Guesser(torch.nn.Module):
    """An encoder under a head that guesses hidden characters: one layer, then the rows of the embeddings themselves (tied weights).

    Only what is hidden is guessed; scores of every character of a vocabulary for every position would cost as much as the encoder.
    """

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        characters, width = self.rows.shape
        self.transform = torch.nn.Sequential(torch.nn.Linear(encoder.config.hidden_size, width), torch.nn.GELU(), torch.nn.LayerNorm(width))
        self.bias = torch.nn.Parameter(torch.zeros(characters))

    @property
    def rows(self) -> torch.Tensor:
        """The embeddings (shape: characters x width)."""
        return embeddings_of(self.encoder)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        """The mean loss over the hidden characters; `labels` is -100 elsewhere."""
        hidden = labels != IGNORED
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[hidden]
        scores = functional.linear(self.transform(states), self.rows, self.bias)
        return {"loss": functional.cross_entropy(scores.float(), labels[hidden])}


class Hiding(DataCollatorForLanguageModeling):
    """Hides the same characters of a batch whenever it comes, so that a run that was cut short goes on as if it had not been.

    The loader reads ahead; a generator that runs on would have hidden the next batch already when a checkpoint is written.
    """

    def torch_call(self, examples: list[Any]) -> dict[str, Any]:
        """The rows in one batch, with what was hidden as `labels`."""
        rows = b"".join(np.asarray(example["input_ids"], dtype=np.int32).tobytes() for example in examples)
        self.generator = torch.Generator().manual_seed(zlib.crc32(rows))
        batch: dict[str, Any] = super().torch_call(examples)
        return batch


def pretraining_run(run: Run, pretraining: Pretraining) -> Run:
    """The part of `run` that comes before the tags, in a folder of its own."""
    changed = {"mix": pretraining.mix, "seed": run.settings.seed + OTHER_SEEDS}
    return replace(run, settings=run.settings.model_copy(update=changed), folder=run.folder / "pretraining")


def pretrained_encoder(run: Run, encoder: Encoder, resume: bool = False) -> tuple[Path, dict[str, Any]]:
    """The encoder folder that `run.settings.pretrain` makes of the run's base, and what is to be said of its training.

    With `resume` one that is finished is taken as it is, and one that was cut short goes on from its last whole step.
    Raises ConfigError if no pre-training is set, or the encoder's tokenizer has no token to hide a character behind.
    """
    if run.settings.pretrain is None:
        raise ConfigError(f"{run.config}: has no section pretrain; add it, or train without")
    part = pretraining_run(run, run.settings.pretrain)
    folder = part.folder / "encoder"
    if not (resume and (folder / FACTS).is_file()):
        shutil.rmtree(folder, ignore_errors=True)
        _pretrain(part, run.settings.pretrain, encoder, resume).rename(folder)
    facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return folder, facts


def _pretrain(part: Run, pretraining: Pretraining, encoder: Encoder, resume: bool) -> Path:
    """The finished folder, still under another name."""
    settings = part.settings
    data, data_digest = prepare_data(part, encoder, resume)
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    steps = -(-len(data) // settings.loop.batch)
    tell(f"{len(data)} windows to guess characters in, {steps} steps, data {data_digest[:12]}")
    guesser = Guesser(open_encoder(part.base.encoder))
    out = part.folder / "steps"
    trainer = Trainer(
        model=guesser,
        args=arguments(settings, out, steps, learning_rate=pretraining.learning_rate, weight_decay=settings.loop.weight_decay),
        train_dataset=data.select_columns(["input_ids"]),
        data_collator=Hiding(tokenizer_of(part.base.encoder), mlm_probability=pretraining.masked),
    )
    loss = carry_out(trainer, out, resume)
    facts = {"steps": steps, "tokens": sum(map(len, data["input_ids"])), "loss": round(loss, 5), "data_digest": data_digest}
    return save_encoder(guesser.encoder, part.base.tokenizer, part.folder / "encoder.part", facts)


def open_encoder(base: Path) -> PreTrainedModel:
    """The encoder in `base` in float32; nothing in it is dropped."""
    config = AutoConfig.from_pretrained(str(base))
    set_dropout(config, 0.0)
    encoder: PreTrainedModel = AutoModel.from_pretrained(str(base), config=config, dtype=torch.float32, attn_implementation="eager")
    return encoder


def tokenizer_of(base: Path) -> PreTrainedTokenizerBase:
    """The tokenizer in `base`. Raises ConfigError if it has no mask token."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(base))
    if tokenizer.mask_token is None:
        raise ConfigError(f"{base}: its tokenizer has no mask token, so nothing can be hidden from it; leave out the section pretrain")
    return tokenizer


def save_encoder(encoder: PreTrainedModel, tokenizer: Path, folder: Path, facts: dict[str, Any]) -> Path:
    """The encoder without a pooler (nothing trained it), its tokenizer, and `facts`, as a Hugging Face folder."""
    shutil.rmtree(folder, ignore_errors=True)
    encoder.save_pretrained(folder, state_dict={name: value for name, value in encoder.state_dict().items() if "pooler." not in name})
    for name in (TOKENIZER, TOKENIZER_CONFIG):
        if (source := tokenizer.with_name(name)).exists():
            shutil.copyfile(source, folder / name)
    (folder / FACTS).write_text(json.dumps(facts) + "\n", encoding="utf-8")
    return folder
