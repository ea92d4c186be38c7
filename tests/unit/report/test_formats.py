from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from optimizer.report import formats

NBSP = "\N{NO-BREAK SPACE}"


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "CNY 0"),
        (123_456_789, "CNY 1.23 M"),
        (12_345_600, "CNY 123 k"),
        (1_234_500, "CNY 12,345"),
        (-1_234_500, "CNY −12,345"),
    ],
)
def test_short_money(fen: int, text: str) -> None:
    assert plain(formats.cny_short(fen)) == text


def test_exact_money_keeps_every_fen() -> None:
    assert plain(formats.cny_exact(54_106_832)) == "CNY 541,068.32"
    assert plain(formats.cny_exact(-5)) == "−CNY 0.05"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (1.0, "100 %"),
        (598 / 600, "99.6 %"),
        (0.9999, "99.9 %"),
        (0.994, "99 %"),
        (0.0, "0 %"),
    ],
)
def test_only_a_whole_is_called_100_per_cent(value: float | None, text: str) -> None:
    assert plain(formats.share(value)) == text


def test_mass_changes_unit_at_one_tonne() -> None:
    assert plain(formats.tonnes(999)) == "999 kg"
    assert plain(formats.tonnes(1000)) == "1.0 t"


def test_grams_are_shown_in_kilograms_then_tonnes() -> None:
    assert plain(formats.co2e(812_000)) == "812 kg"
    assert plain(formats.co2e(3_420_000)) == "3.42 t"


@pytest.mark.parametrize(
    ("minutes", "text"), [(45, "45 min"), (540, "9 h"), (2880, "2.0 d"), (4608, "3.2 d")]
)
def test_durations(minutes: int, text: str) -> None:
    assert plain(formats.hours(minutes)) == text


def test_local_time_names_day_and_offset() -> None:
    moment = datetime(2026, 9, 9, 14, 5, tzinfo=ZoneInfo("Asia/Yangon"))
    assert plain(formats.stamp(moment)) == "Wed 9 Sep 14:05"
    assert formats.offset(moment) == "+06:30"
    assert formats.offset(moment.astimezone(ZoneInfo("Asia/Shanghai"))) == "+08"


def test_a_rounded_nothing_has_no_sign() -> None:
    assert formats.number(-0.2) == "0"
    assert formats.number(-3.0) == "−3"
