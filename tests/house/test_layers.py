import configparser

from tests.house import tree


def test_every_module_of_the_wiring_has_its_place_above_the_rooms():
    """import-linter cannot be exhaustive about `portal` beside `portal.base`, so this is."""
    contracts = configparser.ConfigParser()
    contracts.read(tree.ROOT / ".importlinter")
    top = contracts["importlinter:contract:rooms"]["layers"].strip().splitlines()[0]
    named = {part.strip(" ()") for part in top.split(":")}
    there = {
        f"portal.{entry.stem}"
        for entry in (tree.ROOT / "portal").iterdir()
        if entry.suffix == ".py" or (entry / "__init__.py").exists()
    }

    assert there - {"portal.__init__", "portal.base"} - named == set()
