from dataclasses import replace

from optimizer.report.cities import city_names, city_of, named
from optimizer.report.pins import Pin


def pin(place_id: str, weight: int, lon: float = 0.0, kind: str = "facility") -> Pin:
    return Pin(
        kind=kind, lat=0.0, lon=lon, label=f"name {place_id}", text="", weight=weight,
        place_id=place_id,
    )  # fmt: skip


def test_a_city_is_what_its_places_begin_with(tiny) -> None:
    _, data = tiny
    one = next(iter(data.facilities.values()))
    facilities = {
        key: replace(one, facility_id=key, name_en=name)
        for key, name in (
            ("VNSGN-A", "Ho Chi Minh City road freight hub"),
            ("VNSGN-B", "Ho Chi Minh City Tan Son Nhat International Airport"),
            ("VNSGN-C", "Song Than railway terminal"),
            ("RUMOW-A", "Vorsino railway terminal"),
            ("RUMOW-B", "Elektrougli railway terminal"),
        )
    }
    assert city_names(replace(data, facilities=facilities)) == {"VNSGN": "Ho Chi Minh City"}
    assert city_of("VNSGN-A") == "VNSGN"


def test_the_heaviest_place_of_a_city_carries_its_name() -> None:
    marks = (pin("KMG-A", 1), pin("BKK-A", 2), pin("KMG-B", 3))
    found = {p.place_id: p for p in named(marks, {"KMG": "Kunming"})}
    assert [p.place_id for p in named(marks, {})] == ["KMG-A", "BKK-A", "KMG-B"]
    assert (found["KMG-B"].label, found["KMG-B"].minor, found["KMG-B"].home) == (
        "Kunming", False, True,
    )  # fmt: skip
    assert (found["KMG-A"].label, found["KMG-A"].minor) == ("name KMG-A", True)
    assert (found["BKK-A"].label, found["BKK-A"].minor, found["BKK-A"].home) == (
        "name BKK-A", False, False,
    )  # fmt: skip


def test_an_overview_names_few_places_where_a_close_up_names_them_all() -> None:
    marks = (*(pin(f"C{i}-A", i) for i in range(1, 10)), pin("", 20, kind="border"))
    inside = named(marks, {}, (-1.0, -1.0, 1.0, 1.0))
    assert [p.weight for p in inside if not p.minor] == [4, 5, 6, 7, 8, 9]
    outside = named(marks, {}, (5.0, 5.0, 6.0, 6.0))
    assert not any(p.minor for p in outside)
