"""What goes wrong with models, said in English and Chinese for the engineer who reads it."""

from __future__ import annotations


class ModelError(Exception):
    """A catalogue, weights or a model that cannot be used. `en` and `zh` say what, where and what to do.

    `str()` of it is both, so that a plain traceback or log line serves either reader.
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en}\n{zh}")
        self.en = en
        self.zh = zh


class CatalogError(ModelError):
    """A catalogue file that cannot be read, or a name that is in none."""


class WeightsError(ModelError):
    """Weights that cannot be fetched, or are not the ones that the catalogue names."""


class RuntimeMismatchError(ModelError):
    """A model file that does not load, or is not what its catalogue entry says."""
