"""Repairs of damaged text that keep a map back to every character of the source."""

from gongkai.inference.normalise.chain import CHAIN, Normalised, normalise

__all__ = ["CHAIN", "Normalised", "normalise"]
