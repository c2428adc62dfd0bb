"""Masks, where the contract tests cannot look: what is not even computed."""

import pytest

from curation.sandbox.masks import MaskRefused, Trimmed, parse, render


def crash() -> None:
    raise AssertionError("computed although nobody asked")


def test_parse_reads_nested_masks():
    assert parse("{id, organization{name,badges{kind}} ,*}") == {
        "id": {},
        "organization": {"name": {}, "badges": {"kind": {}}},
        "*": {},
    }


def test_render_computes_only_what_the_mask_lets_through():
    fields = {"id": "x", "page": crash, "organization": lambda: {"name": "Insee", "logo": crash}}

    assert render([fields], parse("id,organization{name}")) == [
        {"id": "x", "organization": {"name": "Insee"}}
    ]
    with pytest.raises(AssertionError):
        render(fields, parse("id,page"))
    with pytest.raises(AssertionError):
        render(fields, None)


def test_trimmed_value_is_whole_only_when_asked_for():
    datasets = [{"id": "x", "title": "Vélos", "tags": []}]
    fields = {"datasets": Trimmed(datasets, parse("id")), "hidden": Trimmed(1)}

    assert render(fields, None) == {"datasets": [{"id": "x"}]}
    assert render(fields, parse("datasets,hidden")) == {"datasets": datasets, "hidden": 1}
    assert render(fields, parse("*")) == {"datasets": datasets, "hidden": 1}
    assert render(fields, parse("datasets{title}")) == {"datasets": [{"title": "Vélos"}]}


def test_mask_into_a_plain_field_is_refused_even_if_it_is_null():
    with pytest.raises(MaskRefused, match="inconsistent with model"):
        render({"acronym": None}, parse("acronym{x}"))
