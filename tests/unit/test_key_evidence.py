"""What strikes say of the key is learned as it is used, and tunes say what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kern_text import chorale, tune

pytest.importorskip("tensorflow")

from keras import ops

from models.key import Key
from models.key_filter import KEYS, KINDS, KeyFilter, Texture
from training.errors import CorpusError
from training.key_evidence import learn, pieces
from training.key_evidence.learn import CHANGE, LENGTH, Drawing, KeyEvidence, surprise
from training.key_evidence.pieces import Keyed

pytestmark = pytest.mark.train

SCALE = (0, 2, 4, 5, 7, 9, 11)
RNG = np.random.default_rng(3)


def walk(key: int, count: int = 60) -> Keyed:
    """Notes of the major scale of a key."""
    tonic = KEYS[key].tonic
    pitches = [60 + tonic + SCALE[int(RNG.integers(7))] for _ in range(count)]
    gaps = RNG.choice([0, 250_000_000, 500_000_000, 10**9], size=count)
    notes = np.stack([np.cumsum(gaps), pitches, np.full(count, 2 * 10**8)], axis=1).astype(np.int64)
    return Keyed(f"walk {key}", 0, notes, key, np.full(count, -tonic % 12))


def corpora() -> dict[str, list[Keyed]]:
    scores = [walk(int(RNG.integers(12))) for _ in range(12)]
    return {"essen": scores, "lines": scores, "voices": scores, "asap": [p._replace(key=-1) for p in scores]}


def test_what_is_learned_is_what_the_filter_does():
    model = KeyEvidence()
    for weight in model.weights:
        weight.assign(RNG.normal(scale=0.5, size=weight.shape))
    piece, texture = walk(4, LENGTH), Texture()
    kinds = [texture.strike(ns) for ns in piece.notes[:, 0].tolist()]
    assert len({kind // (KINDS // 3) for kind in kinds}) > 1, "one texture only"
    told = model(np.stack([piece.notes[:, 1] % 12, kinds], axis=1)[None].astype(np.int32))
    keys = np.exp(ops.convert_to_numpy(told)[0, :, :24])
    same = KeyFilter(model.evidence(), CHANGE)
    for strike, (ns, pitch, _) in enumerate(piece.notes.tolist()):
        np.testing.assert_allclose(same.strike(ns, pitch), keys[strike], atol=1e-4)


def test_learning_lowers_the_surprise(monkeypatch: pytest.MonkeyPatch):
    strikes, labels = next(Drawing(corpora(), np.random.default_rng(9)).batches())
    with monkeypatch.context() as patch:
        patch.setattr(learn, "LENGTH", 40)  # compiling 128 strikes, one after another, takes XLA 18 s
        found = learn.learn(corpora(), steps=30)
    model, taught = KeyEvidence(), KeyEvidence()
    assert found.strikes.shape == (2, KINDS, 12, 12)
    assert np.isfinite(found.strikes).all()
    before = float(surprise(labels, model(strikes)))
    taught.degree.assign(found.strikes[:, 2].mean(axis=1))
    taught.first.assign(found.first)
    assert before == pytest.approx(np.log(24), abs=0.15)  # asap counts relatives as one: log 12
    assert float(surprise(labels, taught(strikes))) < 0.7 * before


def test_drawn_sequences_are_labelled_by_what_sounds():
    drawing = Drawing(corpora(), np.random.default_rng(2))
    strikes, labels = next(drawing.batches())
    for struck, known in zip(strikes[:, :, 0], labels, strict=True):
        for note, label in zip(struck.tolist(), known.tolist(), strict=True):
            if label >= 24:
                assert (note + label - 24) % 12 in SCALE
            elif label >= 0:
                assert (note - label) % 12 in SCALE
    assert (labels >= 24).any()
    assert (labels == -1).any()


def test_pieces_come_in_the_key_in_which_they_were_written(tmp_path: Path):
    (tmp_path / "one.krn").write_text(tune("4d", "4f#", "4a", "4d", key="*D:"))
    (tmp_path / "two.krn").write_text(tune("4e", "4g", "4b", "4e", "2r", "4e", "4b", key="*e:"))
    (tmp_path / "three.krn").write_text(tune("4e", "4g", key="*"))
    one, two = sorted(pieces.essen(tmp_path), key=lambda each: each.key)
    assert KEYS[one.key] == Key(2, "major")
    assert one.notes[:, 1].tolist() == [62, 66, 69, 62]
    assert one.notes[:, 0].tolist() == [0, 500_000_000, 10**9, 1_500_000_000]
    assert set(one.shifts.tolist()) == {10}
    assert KEYS[two.key] == Key(4, "minor")
    assert set(two.shifts.tolist()) == {5}


def test_a_chorale_is_its_melody_its_lines_and_all_voices(tmp_path: Path):
    (tmp_path / "chor001.krn").write_text(chorale("4GG 4B 4d 4g", "4C 4c 4e 4g", key="*G:"))
    (melody,) = pieces.chorale_melodies(tmp_path)
    assert melody.notes[:, 1].tolist() == [67, 67]
    assert len(pieces.chorale_lines(tmp_path)) == 4
    (voices,) = pieces.chorale_voices(tmp_path)
    assert sorted(voices.notes[:4, 1].tolist()) == [43, 59, 62, 67]
    assert voices.notes[:, 0].tolist() == [0] * 4 + [500_000_000] * 4


def test_a_folder_that_is_not_asap_is_refused(tmp_path: Path):
    with pytest.raises(CorpusError, match="is not the unpacked ASAP"):
        pieces.asap(tmp_path)
