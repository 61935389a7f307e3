"""The catalogue says what PowerSchool's document says; `endpoints.json` holds the facts distilled from it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from integrations.powerschool.endpoints import CATALOGUE, readable

DOCUMENTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("endpoints.json").read_text())


def plain(path: str) -> str:
    """A path with its parts by number, since the document calls most of them `{id}`, and prints some slashes not."""
    return re.sub(r"\{\w+\}", "{}", path.strip("/")).replace("{}{}", "{}/{}")


def test_it_works():
    assert len(CATALOGUE) == 19
    assert [entry["name"] for entry in DOCUMENTED] == list(CATALOGUE)


@pytest.mark.parametrize("entry", DOCUMENTED, ids=lambda entry: str(entry["name"]))
def test_each_call_is_as_documented(entry: dict[str, Any]):
    endpoint = CATALOGUE[entry["name"]]
    assert (endpoint.section, endpoint.method) == (entry["section"], entry["method"])
    assert plain(endpoint.path) == plain(entry["path"])
    assert (str(endpoint.shape), list(endpoint.parameters)) == (entry["answer"], entry["parameters"])
    assert (endpoint.with_key, not endpoint.below_version) == (
        entry.get("key", True),
        entry.get("root", False),
    )


def test_every_path_begins_with_a_slash_and_ends_with_none():
    assert all(re.fullmatch(r"(/[\w{}]+)+", endpoint.path) for endpoint in CATALOGUE.values())


def test_what_can_be_printed_changes_nothing_and_is_no_link():
    assert len(list(readable())) == 13
    assert not {"CreateBatch", "ResetBatch", "ImportRosterRecord", "CreateSubmission", "Document"} & {
        each.name for each in readable()
    }
