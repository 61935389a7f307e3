"""The catalogue says what Illuminate's document says; `endpoints.json` holds the facts distilled from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.illuminate.endpoints import CATALOGUE, ParameterType, readable

DOCUMENTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("endpoints.json").read_text())


def test_it_works():
    assert [entry["name"] for entry in DOCUMENTED] == list(CATALOGUE)


@pytest.mark.parametrize("entry", DOCUMENTED, ids=lambda entry: str(entry["name"]))
def test_each_endpoint_is_as_documented(entry: dict[str, Any]):
    endpoint = CATALOGUE[entry["name"]]
    if "deprecated" in entry:
        assert (endpoint.deprecated, endpoint.paths) == (entry["deprecated"], ())
        return
    assert (endpoint.method, list(endpoint.paths)) == (entry["method"], entry["paths"])
    assert [each.name for each in endpoint.parameters if each.required] == entry["required"]
    assert [each.name for each in endpoint.parameters if not each.required] == entry["optional"]
    assert (endpoint.limit, str(endpoint.shape)) == (entry["limit"], entry["shape"])


def test_there_are_38_to_get_3_to_post_and_one_that_is_gone():
    methods = [endpoint.method for endpoint in CATALOGUE.values() if not endpoint.deprecated]
    assert (methods.count("GET"), methods.count("POST")) == (38, 3)
    assert len(list(readable())) == 38
    assert [endpoint.name for endpoint in CATALOGUE.values() if endpoint.deprecated] == ["StudentParents"]


def test_five_paths_have_no_last_slash_and_two_begin_with_a_space():
    paths = [path for endpoint in CATALOGUE.values() for path in endpoint.paths]
    assert len([path for path in paths if not path.endswith("/")]) == 5
    assert len([path for path in paths if path.startswith("/Api/ ")]) == 2
    assert len(paths) == 43


def test_every_parameter_has_its_type():
    types = {each.name: each.type for endpoint in CATALOGUE.values() for each in endpoint.parameters}
    assert types["site_id"] == ParameterType.ID
    assert types["start_date"] == ParameterType.DATE
    assert types["legal_guardian"] == ParameterType.FLAG
    assert types["academic_year"] == ParameterType.NUMBER
    assert types["section_name"] == ParameterType.TEXT
    assert types["responses"] == ParameterType.LIST
