"""A manifest that does not fit its model, or this program, is refused with the reason in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from babbler import babbler
from tiny import Tiny

from models.manifest import Manifest, ModelError, read_manifest, sha256
from models.step import Network, find_manifest, load_network


def written(folder: Path, name: str = "chorale", **changes: object) -> Path:
    """A manifest beside two files that are no graphs; ``changes`` of None take a field away."""
    files = [folder / f"{name}.{part}.onnx" for part in ("step", "heads")]
    for file in files:
        file.write_bytes(file.name.encode())
    told = json.loads(babbler(name).manifest.model_dump_json())
    told |= {"sha256": {file.name: sha256(file) for file in files}, **changes}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({key: value for key, value in told.items() if value is not None}))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_manifest(path)
    line = str(caught.value)
    assert "\n" not in line
    assert path.name in line or path.stem in line
    return line


def test_a_good_manifest_is_read(tmp_path: Path):
    manifest = read_manifest(written(tmp_path))
    assert manifest.voices == 4
    assert [each.name for each in manifest.condition_objects][-1] == "role"
    assert manifest.sounding_size == 512


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contract", 99),
        ("order", 99),
        ("time_bins", 64),
        ("tokens", 300),
        ("monophonic", False),
        ("grid", "triplets"),
        ("voices", 0),
        ("voices", "four"),
        ("backbone", "mamba"),
        ("key", "D"),
        ("heads", None),
        ("state", None),
        ("sha256", None),
        ("opset", "new"),
        ("ranges", None),
        ("sampling", {"temperature": 0}),
        ("a word that nobody knows", 1),
    ],
)
def test_every_field_that_does_not_fit_is_named(tmp_path: Path, field: str, value: object):
    assert field in refusal(written(tmp_path, **{field: value}))


def test_voices_and_ranges_must_agree(tmp_path: Path):
    assert "4 voices but 1 ranges" in refusal(written(tmp_path, ranges=[[21, 108]]))
    assert "ranges" in refusal(written(tmp_path, ranges=[[60, 50]] * 4))
    assert "ranges" in refusal(written(tmp_path, ranges=[[0, 128]] * 4))


def test_conditions_must_be_known(tmp_path: Path):
    assert "'mood'" in refusal(written(tmp_path, conditions=["meter", "mood"]))


@pytest.mark.parametrize("part", ["step", "heads"])
def test_a_damaged_file_is_told(tmp_path: Path, part: str):
    path = written(tmp_path)
    file = tmp_path / f"chorale.{part}.onnx"
    file.write_bytes(file.read_bytes() + b"!")
    assert refusal(path) == f"model chorale: {file.name} is damaged (its SHA-256 differs)"


@pytest.mark.parametrize("part", ["step", "heads"])
def test_a_missing_file_is_told(tmp_path: Path, part: str):
    path = written(tmp_path)
    (tmp_path / f"chorale.{part}.onnx").unlink()
    assert refusal(path) == f"model chorale: chorale.{part}.onnx is missing beside chorale.json"


def test_a_file_without_a_checksum_is_not_trusted(tmp_path: Path):
    assert "sha256" in refusal(written(tmp_path, sha256={}))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00\xff", '{"name": "chorale"}'])
def test_what_is_no_manifest_is_told(tmp_path: Path, text: str):
    path = tmp_path / "chorale.json"
    path.write_bytes(text.encode("latin-1"))
    refusal(path)


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path):
    assert "no model at" in refusal(tmp_path / "chorale.json")


def test_a_folder_is_no_manifest(tmp_path: Path):
    (tmp_path / "chorale.json").mkdir()
    assert "cannot read" in refusal(tmp_path / "chorale.json")


def test_an_unknown_name_lists_the_models_there_are():
    with pytest.raises(ModelError, match=r"^no model named 'bagpipe': there are "):
        find_manifest("bagpipe")


def test_files_that_are_no_graphs_are_told(tmp_path: Path):
    with pytest.raises(ModelError, match=r"ONNX Runtime cannot load chorale\.step\.onnx"):
        load_network(str(written(tmp_path)))


def test_an_older_onnx_runtime_is_told(tmp_path: Path):
    with pytest.raises(ModelError, match=r"least_onnxruntime is 99\.1, here is "):
        load_network(str(written(tmp_path, least_onnxruntime="99.1")))


@pytest.mark.train
@pytest.mark.parametrize(
    ("backbone", "field", "value", "reason"),
    [
        ("transformer", "units", 64, "hidden"),
        ("transformer", "window", 25, "ring is 280, not 281"),
        ("transformer", "ring", 300, "ring is 300"),
        ("transformer", "heads", ("token", "wait", "velocity"), "heads are"),
        ("transformer", "heads", ("wait", "token"), "heads are"),
        ("transformer", "conditions", ("meter",), "conditions"),
        ("transformer", "state", (), "'keys0'"),
        ("lstm", "conditions", (), "conditions"),
        ("lstm", "conditions", ("meter", "quarter_in_bar"), "conditions"),
        ("lstm", "backbone", "transformer", "ring is 0"),
        ("gru", "voices", 2, "sounding"),
        ("gru", "ring", 10, "ring is 10"),
    ],
)
def test_a_manifest_of_other_graphs_is_refused(
    tiny: Callable[[str], Tiny], backbone: str, field: str, value: object, reason: str
):
    model = tiny(backbone)
    other = Manifest.model_validate(model.manifest.model_dump() | {field: value})
    with pytest.raises(ModelError, match="does not fit its graphs") as caught:
        Network(other, model.folder)
    assert reason in str(caught.value)


@pytest.mark.train
@pytest.mark.parametrize("backbone", ["lstm", "transformer"])
def test_state_of_another_shape_is_refused(tiny: Callable[[str], Tiny], backbone: str):
    model = tiny(backbone)
    first, *rest = model.manifest.state
    odd = first.model_copy(update={"shape": (*first.shape[:-1], first.shape[-1] + 1)})
    renamed = first.model_copy(update={"name": "memory"})
    for changed in (odd, renamed):
        with pytest.raises(ModelError, match="does not fit its graphs"):
            Network(model.manifest.model_copy(update={"state": (changed, *rest)}), model.folder)
