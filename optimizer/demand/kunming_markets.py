"""
Synthetic week through Kunming: shares of flows, markets, Chinese ends and shippers.

The shapes are assumptions. Where a published figure stands behind one, the comment names the row of
``sources.csv`` that holds it (R.. rail and customs, S.. road, air and cost); everything else is an
estimate of ours. ``scenarios/kunming-week/README.md`` tells the same in prose.
"""

from __future__ import annotations

from dataclasses import replace

from optimizer.demand.profile import ADDRESS, Flow, Market

FLOWS = {Flow.EXPORT: 0.60, Flow.IMPORT: 0.35, Flow.DOMESTIC: 0.05}
"""Shares by *number*: by tonnes imports weigh more, as on the China-Laos railway (R22, 84/16)."""

CREDIT_BY_RANK = (
    (2, "senior_certified"),
    (9, "certified"),
    (76, "ordinary"),
    (79, "discredited"),
    (80, "seriously_discredited"),
)
"""
Last rank of each class among 80 shippers, largest first. Certified firms are about 1 % of traders
and 40 % of trade (R202), and so they are 40 % of the shipments here. The split of certified into
two classes and the few discredited are estimates.
"""

# Laos, Thailand and Vietnam carry the week: of the trains counted in 2025 as "Central Asia class",
# a quarter left Kunming and Yuxi, nearly all for Laos (R84, R85); the shares are estimates.
TRADE_MARKETS = {
    "LA": 16.0, "TH": 34.0, "VN-N": 18.0, "VN-S": 6.0, "KH": 3.0, "MM": 1.5, "MY": 4.0, "SG": 3.0,
    "BD": 1.5, "IN": 2.0, "AE": 1.5, "KZ": 4.0, "UZ": 2.0, "RU": 4.0, "PL": 3.0, "DE": 4.0,
    "HU": 1.0,
}  # fmt: skip
PARCEL_MARKETS = {
    "LA-air": 12.0, "TH-air": 32.0, "VN-N-air": 16.0, "VN-S-air": 8.0, "KH-air": 3.0, "MM": 2.0,
    "MY-air": 7.0, "SG-air": 5.0, "BD": 2.0, "IN": 3.0, "AE": 2.0,
}  # fmt: skip
WAREHOUSE_MARKETS = {"LA-wh": 4.0, "TH-wh": 10.0, "SG-wh": 4.0, "AE-wh": 2.0, "PL": 2.0, "DE": 3.0}
PARKS = {
    "CNKMG-EP1": 3.0, "CNKMG-EP2": 2.0, "CNKMG-EP3": 3.0, "CNKMG-EP5": 2.0, "CNKMG-CBZ": 3.0,
    "CNKMG-CBA": 1.0,
}  # fmt: skip
TRADE_ENDS = {
    ADDRESS: 9.0, "CNKMG-RDH": 4.0, "CNKMG-WJX": 4.0, "CNYUX-YXR": 2.5, "CNDLU-DLR": 2.0,
    "CNCTU-QBJ": 3.0, "CNCKG-TJC": 2.5, "CNMEZ-MZR": 1.0, "CNKWE-DLY": 1.0,
}  # fmt: skip
BONDED_ENDS = {
    "CNKMG-CBZ": 5.0, "CNKMG-CBA": 2.0, "CNKMG-GXB": 2.0, "CNKML-TJP": 1.5, "CNKMG-IP1": 1.0,
    "CNKMG-IP2": 1.0,
}  # fmt: skip

# Due times: Kunming-Vientiane 26 h, Kunming-Bangkok 55 h by rail (R05-R07, R34), Chongqing-Budapest
# 11 days and door to door 20 to 26 days to Europe (R70, R77); Chengdu-Tashkent 10 days (R93).
_ASEAN_NEAR, _ASEAN, _ASEAN_FAR = (7, 12), (8, 14), (10, 16)


_FLOWN_M3, _FAR_EXPRESS_M3 = 7.0, 2.5
"""Most that is sent where only aircraft go, and that is sold as express where trains take weeks."""


def _market(
    facilities: dict[str, float], express: tuple[int, int], standard: tuple[int, int]
) -> Market:
    return Market(facilities=facilities, express_days=express, standard_days=standard)


def _flown(
    facilities: dict[str, float], express: tuple[int, int], standard: tuple[int, int]
) -> Market:
    return replace(_market(facilities, express, standard), most_m3=_FLOWN_M3)


def _far(
    facilities: dict[str, float], express: tuple[int, int], standard: tuple[int, int]
) -> Market:
    return replace(_market(facilities, express, standard), express_most_m3=_FAR_EXPRESS_M3)


MARKETS: dict[str, Market] = {
    "LA": _market(
        {"LAVTE-OWH": 3, "LAVTE-TNL": 4, "LAVTE-VSR": 2, "LALPQ-LPR": 1}, (3, 4), _ASEAN_NEAR
    ),
    "LA-air": _flown({"LAVTE-VTE": 2, "LAVTE-OWH": 3}, (3, 4), _ASEAN_NEAR),
    "LA-wh": _market({"LAVTE-OWH": 1}, (3, 5), _ASEAN_NEAR),
    "TH": _market({"THBKK-RDH": 4, "THBKK-LKB": 4, "THLCH-LCB": 3, "THCEI-RDH": 1}, (3, 5), _ASEAN),
    "TH-air": _flown({"THBKK-BKK": 3, "THBKK-OWH": 3}, (3, 4), _ASEAN),
    "TH-wh": _market({"THBKK-OWH": 1}, (4, 5), _ASEAN),
    "VN-N": _market({"VNHAN-RDH": 4, "VNHAN-YVN": 3, "VNHPH-HPR": 3}, (3, 4), _ASEAN_NEAR),
    "VN-N-air": _flown({"VNHAN-HAN": 2, "VNHAN-RDH": 2}, (3, 4), _ASEAN_NEAR),
    "VN-S": _market({"VNSGN-RDH": 4, "VNSGN-STR": 2}, (4, 5), _ASEAN_FAR),
    "VN-S-air": _flown({"VNSGN-SGN": 3, "VNSGN-RDH": 1}, (3, 4), _ASEAN),
    "KH": _market({"KHPNH-DPT": 3, "KHPNH-KTI": 1}, (4, 6), (10, 14)),
    "KH-air": _flown({"KHPNH-KTI": 1}, (4, 5), (9, 12)),
    # Roads to Yangon were closed to trucks when last heard of (R65): what is sent there flies.
    "MM": _flown({"MMRGN-RGN": 3, "MMRGN-RDH": 1}, (3, 5), (8, 12)),
    "MY": _market({"MYKUL-RDH": 4, "MYPEN-BWH": 1, "MYPKG-PKG": 1}, (4, 6), (10, 15)),
    "MY-air": _flown({"MYKUL-KUL": 1}, (3, 5), (8, 12)),
    "SG": _market({"SGSIN-OWH": 1}, (4, 6), (10, 15)),
    "SG-air": _flown({"SGSIN-SIN": 3, "SGSIN-OWH": 1}, (3, 5), (8, 12)),
    "SG-wh": _market({"SGSIN-OWH": 1}, (4, 6), (10, 15)),
    "BD": _flown({"BDDAC-DAC": 1}, (4, 6), (8, 12)),
    "IN": _flown({"INDEL-DEL": 3, "INBOM-BOM": 1, "INCCU-CCU": 1}, (4, 6), (9, 12)),
    "AE": _flown({"AEDXB-DXB": 1}, (5, 7), (9, 14)),
    "AE-wh": _flown({"AEJEA-JAF": 1}, (5, 7), (10, 14)),
    "KZ": _far({"KZALA-ALR": 1}, (8, 10), (15, 24)),
    "UZ": _far({"UZTAS-CHK": 1}, (9, 11), (16, 26)),
    "RU": _far({"RUMOW-VOR": 2, "RUMOW-ELG": 1}, (9, 12), (20, 32)),
    "PL": _far({"PLMLA-MAL": 3, "PLLOD-OLE": 1}, (8, 10), (20, 32)),
    "DE": _far({"DEDUI-DIT": 3, "DEHAM-BIL": 1}, (8, 10), (24, 35)),
    "HU": _far({"HUBUD-BLK": 1}, (8, 10), (22, 34)),
    "DE-air": _flown({"DEFRA-FRA": 1}, (5, 7), (10, 14)),
    "TH-east": _market({"THLCH-LCB": 4, "THBKK-LKB": 2, "THKKC-NPH": 1}, (4, 5), (6, 9)),
    "LA-south": _market(
        {"LAVTE-VSR": 4, "LAVTE-TNL": 3, "LALPQ-LPR": 1, "LABOT-BTR": 2}, (3, 4), (5, 8)
    ),
    "VN-fruit": _market({"VNLCI-KTH": 2, "VNHAN-RDH": 2, "VNLCI-LCR": 1}, (2, 4), (4, 7)),
    "LA-crops": _market({"LAVTE-TNL": 3, "LAMXY-NTR": 1, "LAZVK-SVD": 1}, (4, 5), _ASEAN),
    "VN-crops": _market({"VNDAD-RDH": 1, "VNSGN-STR": 2}, (5, 6), _ASEAN_FAR),
    "TH-crops": _market({"THCEI-RDH": 1, "THBKK-LKB": 1}, (4, 5), _ASEAN),
    "CN-south-west": _market(
        {
            "CNYUX-YXR": 3,
            "CNDLU-DLR": 3,
            "CNMEZ-MZR": 2,
            "CNJHG-RDH": 2,
            "CNCTU-QBJ": 2,
            "CNCKG-TJC": 2,
        },
        (2, 3),
        (4, 7),
    ),
}
