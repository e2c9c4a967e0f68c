"""Errors of training that a person can put right: one line each.

TrainingError (ValueError)
└── CorpusError    a corpus that cannot be found or used
"""

from __future__ import annotations


class TrainingError(ValueError):
    """Something wrong with settings, data or a checkpoint. The message is one complete line."""

    user_error = True


class CorpusError(TrainingError):
    """A corpus that cannot be found or used."""
