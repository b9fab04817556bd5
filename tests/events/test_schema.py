from events.schema import text
from tests.materials import ROOT


def test_the_published_schema_is_the_one_the_dataclasses_make():
    published = (ROOT / "docs" / "schema.json").read_text(encoding="utf-8")
    assert published == text(), "run: python -m events.schema > docs/schema.json"
