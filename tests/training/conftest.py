"""Small encoders with random weights, of the architectures and tokenizers that people start from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
    set_seed,
)

WORDS = ("政府", "信息", "公开", "申请", "12件", "2021", "复议", "维持")
CHARACTERS = "政府信息公开申请件复议诉讼维持年度收到办理未发生全共条0123456789,。、:"
SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "initializer_range": 0.2,
}


def save(folder: Path, config: PreTrainedConfig, tokenizer: Tokenizer, names: dict[str, str]) -> Path:
    set_seed(3)
    AutoModel.from_config(config).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    return folder


def framed(tokenizer: Tokenizer, first: str, last: str) -> Tokenizer:
    ends = [(name, tokenizer.token_to_id(name)) for name in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", special_tokens=ends)
    return tokenizer


def bert(folder: Path) -> Path:
    """WordPiece as in Chinese BERT: no newline, no blank, no bar, no capital letters."""
    pieces = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS, "a", "##a", "12", "##12", "##件"]
    tokenizer = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = {f"{name.lower()}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    config = BertConfig(vocab_size=len(pieces), max_position_embeddings=140, pad_token_id=0, **SHAPE)
    return save(folder, config, framed(tokenizer, "[CLS]", "[SEP]"), names)


def unigram(special: Iterable[str]) -> Tokenizer:
    """SentencePiece as in XLM-R: pieces of several characters, NFKC, whitespace only as the beginning of a piece."""
    scored = [(name, 0.0) for name in special] + [("\u2581", -3.0), *((word, -4.0) for word in WORDS), *((one, -6.0) for one in CHARACTERS)]
    scored += [("\u2581公", -5.0), ("\u2581年", -5.0), ("m", -7.0), ("|", -7.0)]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=[name for name, _ in scored].index("<unk>" if "<unk>" in special else "[UNK]")))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("\n", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def xlm_roberta(folder: Path) -> Path:
    tokenizer = framed(unigram(("<s>", "<pad>", "</s>", "<unk>", "<mask>")), "<s>", "</s>")
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    config = XLMRobertaConfig(vocab_size=tokenizer.get_vocab_size() + 9, max_position_embeddings=142, pad_token_id=1, **SHAPE)
    return save(folder, config, tokenizer, {**names, "mask_token": "<mask>"})


def deberta(folder: Path) -> Path:
    tokenizer = framed(unigram(("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")), "[CLS]", "[SEP]")
    names = {f"{name.lower()}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    relative: dict[str, Any] = {
        "share_att_key": True,
        "relative_attention": True,
        "position_buckets": 16,
        "pos_att_type": ["p2c", "c2p"],
        "norm_rel_ebd": "layer_norm",
    }
    config = DebertaV2Config(
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=140,
        pad_token_id=0,
        position_biased_input=False,
        type_vocab_size=0,
        **relative,
        **SHAPE,
    )
    return save(folder, config, tokenizer, names)


def roberta(folder: Path) -> Path:
    """Byte-level BPE as in RoBERTa: a Chinese character is three bytes, and letters are names of bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *alphabet]
    tokenizer = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    config = RobertaConfig(vocab_size=len(pieces), max_position_embeddings=142, pad_token_id=1, **SHAPE)
    return save(folder, config, framed(tokenizer, "<s>", "</s>"), {**names, "mask_token": "<mask>"})


MAKERS: dict[str, Callable[[Path], Path]] = {make.__name__: make for make in (bert, xlm_roberta, deberta, roberta)}


@pytest.fixture(scope="session")
def random_bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A Hugging Face folder of each architecture, by name. Not to be written to."""
    folder = tmp_path_factory.mktemp("bases")
    return {name: make(folder / name) for name, make in MAKERS.items()}
