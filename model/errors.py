"""Every error that gongkai raises on purpose.

GongkaiError
├── ConfigError          a file in configs (or given by the user) does not say what it must
├── DocumentError        one document cannot be read; the others of a run can
│   ├── UnreadableError      the file is not there, not ours to open, or no file at all
│   ├── TooLargeError        more characters than a report could have
│   ├── NotTextError         binary content, or bytes in no encoding that we know
│   ├── BrokenFileError      a Word or PDF file that is damaged, locked or without text
│   └── BadRecordError       a line of a .jsonl file that is not a document
├── CheckpointError      a model folder is incomplete, altered, or speaks other labels
├── RegistryError        the folder of trained models, or its list of promotions, is not what it must be
├── AnnotationError      a labelled page whose spans do not fit its text
├── StudioError          Label Studio did not do what it was asked
│   ├── StudioAwayError      it does not answer, or broke off half-way
│   ├── StudioAccessError    it does not know the token, or the token may not do this
│   └── StudioProjectError   the project is not there, or not as `gongkai annotate init` makes it
├── OutputError          results cannot be written where the user asked
└── MissingExtraError    a feature needs packages of an extra that is not installed
"""

from __future__ import annotations


class GongkaiError(Exception):
    """Root of all errors; its text names the thing, the place and the way out."""


class ConfigError(GongkaiError):
    """A configuration file is wrong; the message names the file and the key."""


class DocumentError(GongkaiError):
    """One document cannot be read. Skip it and go on with the rest."""


class UnreadableError(DocumentError):
    """The path cannot be opened."""


class TooLargeError(DocumentError):
    """The document is larger than the limit."""


class NotTextError(DocumentError):
    """The bytes are no text."""


class BrokenFileError(DocumentError):
    """A Word or PDF file cannot be read: it is damaged, locked with a password, or holds no text."""


class BadRecordError(DocumentError):
    """A record of a .jsonl file is no document."""


class CheckpointError(GongkaiError):
    """A model folder cannot be used."""


class RegistryError(GongkaiError):
    """The registry of models cannot do what was asked."""


class AnnotationError(GongkaiError):
    """Labels do not fit the text they came with."""


class StudioError(GongkaiError):
    """Label Studio refused a request. Nothing is asked twice: what was done before stands."""


class StudioAwayError(StudioError):
    """Label Studio cannot be reached, or did not answer in time. Run the command again when it is back."""


class StudioAccessError(StudioError):
    """The token is wrong."""


class StudioProjectError(StudioError):
    """The project, or an export of one, does not fit the label set."""


class OutputError(GongkaiError):
    """A result cannot be written where the user asked for it."""


class MissingExtraError(GongkaiError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs packages that are not installed: pip install 'gongkai[{extra}]'")


class ModelFallbackWarning(UserWarning):
    """The promoted model cannot be used, so the shipped one is; the message says why and the way out."""
