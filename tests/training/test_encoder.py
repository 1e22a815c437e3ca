import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, BertModel

from gongkai.model.errors import CheckpointError
from gongkai.training.characters import character_sources, gb2312, vocabulary_of
from gongkai.training.e5 import Floats, dequantise, read_e5
from gongkai.training.encoder import character_encoder

HIDDEN, FFN, POSITIONS, LAYERS = 32, 64, 16, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "公", "开", "1", "0", "\u2581公", "公开", "<mask>"]


def quantise(values: Floats) -> bytes:
    blocks = []
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        nibbles = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        blocks.append(scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes())
    return b"".join(blocks)


def shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from {"emb.word": (len(PIECES), HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (2, HIDDEN)}.items()
    yield from {"emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}.items()
    for layer in range(LAYERS):
        for part, (rows, columns) in {"q": (32, 32), "k": (32, 32), "v": (32, 32), "ao": (32, 32), "fi": (64, 32), "fo": (32, 64)}.items():
            yield f"l{layer}.{part}.w", (rows, columns)
            yield f"l{layer}.{part}.b", (rows,)
        for part in ("aln", "oln"):
            yield f"l{layer}.{part}.w", (HIDDEN,)
            yield f"l{layer}.{part}.b", (HIDDEN,)


def e5_bytes(tensors: dict[str, Floats]) -> bytes:
    blobs = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blobs)]).astype("<u4").tobytes()
    tokenizer = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, blobs))) + offsets + bytes(4 * len(PIECES)) + b"".join(blobs)
    entry = struct.pack("<IBI", 0x3000, 1, 32)
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, 2, FFN, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += tokenizer + struct.pack("<iI", 1, len(entry)) + entry + struct.pack("<i", len(tensors))
    quantised = {name: name == "emb.word" or (values.ndim == 2 and name.startswith("l")) for name, values in tensors.items()}
    data = {name: quantise(values) if quantised[name] else values.astype("<f4").tobytes() for name, values in tensors.items()}
    start = len(head) + sum(2 + len(name) + struct.calcsize("<BIQQ") for name in tensors)
    directory, body = b"", b""
    for name, values in tensors.items():
        body += bytes(-(start + len(body)) % 64)
        place = (quantised[name], values.size, start + len(body), len(data[name]))
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", *place)
        body += data[name]
    return head + directory + body


@pytest.fixture(scope="module")
def tensors() -> dict[str, Floats]:
    random = np.random.default_rng(0)
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes()}


@pytest.fixture(scope="module")
def source(tensors: dict[str, Floats], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("e5") / "small.bin"
    path.write_bytes(e5_bytes(tensors))
    return path


def test_a_block_is_scale_and_nibbles() -> None:
    raw = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x98] * 16), dtype=np.uint8)
    assert dequantise(raw).tolist() == [0.0] * 16 + [0.5] * 16


def test_header_pieces_and_tensors_are_read(source: Path, tensors: dict[str, Floats]) -> None:
    e5 = read_e5(source)
    assert (e5.header.hidden, e5.header.layers, e5.header.positions) == (HIDDEN, LAYERS, POSITIONS)
    assert e5.pieces == tuple(PIECES)
    np.testing.assert_array_equal(e5.tensor("emb.ln.w"), tensors["emb.ln.w"])
    np.testing.assert_allclose(e5.tensor("emb.word", np.array([5, 2])), tensors["emb.word"][[5, 2]], atol=0.3)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(CheckpointError, match=r"other\.bin: begins with b'GGUF', expected b'E5S1'"):
        read_e5(path)


def test_characters_start_from_themselves_their_compatible_forms_or_unknown() -> None:
    sources = character_sources(PIECES)
    assert list(sources)[:7] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\n", " "]
    assert sources["公"] == ("公",)
    assert sources["１"] == ("1",)
    assert sources["⑩"] == ("1", "0")
    assert sources["\u3000"] == ("\u2581",)
    assert sources["娀" if "娀" in sources else "鹫"] == ("<unk>",)
    assert "公开" not in sources


def test_all_of_gb2312_is_known() -> None:
    characters = list(gb2312())
    assert len(characters) == 7445
    assert set(characters) <= set(vocabulary_of(character_sources(PIECES)))


def test_encoder_is_a_hugging_face_folder(source: Path, tmp_path: Path) -> None:
    folder = character_encoder(tmp_path, 1, source)
    network = BertModel.from_pretrained(folder, add_pooling_layer=False)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert network.config.num_hidden_layers == 1
    assert network.config.vocab_size == len(tokenizer) == len(character_sources(PIECES))
    encoded = tokenizer("公\n𠮷开", return_offsets_mapping=True)
    assert encoded["offset_mapping"] == [(0, 0), (0, 1), (1, 2), (2, 3), (3, 4), (0, 0)]
    rows = network.embeddings.word_embeddings.weight.detach().numpy()
    e5 = read_e5(source)
    np.testing.assert_array_equal(rows[encoded["input_ids"][1]], e5.tensor("emb.word", np.array([5]))[0])
    assert not np.array_equal(*rows[tokenizer("\n ")["input_ids"][1:3]])


def test_encoder_is_built_once_and_the_same_each_time(source: Path, tmp_path: Path) -> None:
    first = character_encoder(tmp_path / "a", 2, source)
    second = character_encoder(tmp_path / "b", 2, source)
    assert (first / "model.safetensors").read_bytes() == (second / "model.safetensors").read_bytes()
    assert (first / "tokenizer.json").read_bytes() == (second / "tokenizer.json").read_bytes()
    before = (first / "model.safetensors").stat().st_mtime_ns
    assert character_encoder(tmp_path / "a", 2, source) == first
    assert (first / "model.safetensors").stat().st_mtime_ns == before
