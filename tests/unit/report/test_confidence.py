from dataclasses import replace

from optimizer.report.confidence import caution, confidence, row_name, table_name
from optimizer.report.figures import EstimateRow, estimate_rows


def row(table: str, key: str) -> EstimateRow:
    return EstimateRow(table=table, key=key, n_shipments=1, cost_fen=1)


def test_grades_are_counted_over_all_tables(tiny) -> None:
    result, data = tiny
    data = replace(data, row_confidence={"a": {"high": 1, "estimate": 2}, "b": {"estimate": 1}})
    found = confidence(data, estimate_rows(result.plan))
    assert (found.n_rows, found.n_estimates, found.estimate_share) == (4, 3, 0.75)
    assert found.grades == {"high": 1, "estimate": 3}
    assert found.used == (("borders", 1), ("rate_cards", 1))


def test_the_caution_says_both_shares_or_nothing(tiny) -> None:
    _, data = tiny
    none = confidence(replace(data, row_confidence={}), ())
    assert none.estimate_share is None
    assert caution(None, none) == ""
    assert caution(0.0, none) == ""
    some = confidence(replace(data, row_confidence={"a": {"high": 1, "estimate": 3}}), ())
    text = caution(0.99, some).replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("99 % of the money on legs")
    assert "75 % of the rows" in text


def test_rows_are_called_by_their_names(tiny) -> None:
    _, data = tiny
    place = next(iter(data.facilities.values()))
    assert row_name(row("facilities", place.facility_id), data) == place.name_en
    assert row_name(row("rate_cards", "connector:CN/LOOSE"), data) == (
        "first and last mile, CN, loose cargo"
    )
    assert row_name(row("rate_cards", "connector/20GP"), data) == "first and last mile, 20GP"
    assert row_name(row("surcharges", "ROAD-FUEL"), data) == "ROAD-FUEL"
    assert (table_name("facilities", 2), table_name("inspections")) == ("facilities", "inspection")
