from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from gongkai.model.errors import CheckpointError
from gongkai.model.vocabulary import CharacterVocabulary, PieceVocabulary, load_vocabulary
from gongkai.training.encoder import fast_tokenizer

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\n", " ", "公", "开", "5"]


@pytest.fixture(scope="module")
def character_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("characters")
    fast_tokenizer({token: number for number, token in enumerate(TOKENS)}, 64).save_pretrained(folder)
    return folder / "tokenizer.json"


@pytest.fixture(scope="module")
def piece_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "公", "##开", "12", "##34"]
    tokenizer = Tokenizer(WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    path = tmp_path_factory.mktemp("pieces") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def test_characters_are_looked_up(character_file: Path) -> None:
    vocabulary = load_vocabulary(character_file)
    assert isinstance(vocabulary, CharacterVocabulary)
    encoded = vocabulary.encode("公开\n5𠮷")
    assert encoded.ids.tolist() == [7, 8, 5, 9, 1]
    assert encoded.offsets.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert (vocabulary.before, vocabulary.after) == ((2,), (3,))


@given(st.text(st.sampled_from("公开5 \n娀a"), max_size=30))
def test_look_up_gives_what_the_fast_tokenizer_gives(character_file: Path, text: str) -> None:
    tokenizer = Tokenizer.from_file(str(character_file))
    assert load_vocabulary(character_file).encode(text).ids.tolist() == tokenizer.encode(text, add_special_tokens=False).ids


def test_special_tokens_in_the_text_are_only_characters(character_file: Path) -> None:
    assert load_vocabulary(character_file).encode("[CLS]").ids.tolist() == [1] * 5


def test_pieces_carry_their_characters(piece_file: Path) -> None:
    vocabulary = load_vocabulary(piece_file)
    assert isinstance(vocabulary, PieceVocabulary)
    encoded = vocabulary.encode("公开 1234")
    assert encoded.ids.tolist() == [4, 5, 6, 7]
    assert encoded.offsets.tolist() == [[0, 1], [1, 2], [3, 5], [5, 7]]
    assert (vocabulary.before, vocabulary.after) == ((2,), (3,))


def test_empty_text_has_no_tokens(character_file: Path, piece_file: Path) -> None:
    for path in (character_file, piece_file):
        encoded = load_vocabulary(path).encode("")
        assert encoded.ids.shape == (0,)
        assert encoded.offsets.shape == (0, 2)


def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"tokenizer\.json: cannot be read as a fast tokenizer"):
        load_vocabulary(path)
