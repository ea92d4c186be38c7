"""Why a shipment is not served: codes, what they mean, and what may help."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.plan.plan import Unassigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    One reason for leaving a shipment out.

    Parameters
    ----------
    code
        ``U801`` and on; never reused for another meaning.
    """

    code: str
    meaning_en: str
    meaning_zh: str
    remedy_en: str
    remedy_zh: str


_TABLE = (
    (
        "U801",
        "no facility can be reached by road from the origin or to the destination",
        "起点或终点附近没有公路可达的设施",
        "deliver to a facility, or raise the connector limit",
        "改为送至设施，或放宽短驳距离上限",
    ),
    (
        "U802",
        "no chain of services, trucks and connectors joins origin and destination",
        "起点与终点之间没有可衔接的班列、航班或卡车",
        "add a service or a truck lane",
        "增加班次或卡车线路",
    ),
    (
        "U803",
        "no facility or crossing on any way offers the customs mode",
        "途经设施或口岸均不支持该海关监管方式",
        "declare under another customs mode",
        "改用其他监管方式申报",
    ),
    (
        "U804",
        "every way uses a crossing that is closed",
        "所有可行路径均需经过关闭的口岸",
        "wait for the crossing to open, or allow another mode",
        "等待口岸恢复，或允许其他运输方式",
    ),
    (
        "U805",
        "no carrier on any way takes this class of cargo",
        "沿途承运人均不承运该货类",
        "check the class, or ask a carrier for acceptance",
        "核对货类，或向承运人申请接收",
    ),
    (
        "U806",
        "no refrigerated load unit is offered on any way",
        "沿途没有可用的冷藏装载单元",
        "add refrigerated units to a service or lane",
        "为班次或线路增加冷藏装载单元",
    ),
    (
        "U807",
        "no rate card is valid on the dates of any way",
        "可行日期内没有有效运价",
        "extend or add a rate card",
        "延长或新增运价",
    ),
    (
        "U808",
        "the earliest delivery is after the latest time",
        "最早送达时间晚于最迟要求时间",
        "move the latest time, or have the goods ready earlier",
        "放宽最迟时间，或提前备货",
    ),
    (
        "U809",
        "booking is closed for every departure in time",
        "所有及时的班次均已截止订舱",
        "book earlier, or move the latest time",
        "提前订舱，或放宽最迟时间",
    ),
    (
        "U810",
        "no departure leaves inside the planning horizon",
        "计划期内没有可用班次",
        "extend the horizon",
        "延长计划期",
    ),
    (
        "U811",
        "the shipment is too heavy or too large for what is offered",
        "货物超重或超方，现有产品无法承运",
        "divide the shipment, or use another unit type",
        "拆分货物，或改用其他装载单元",
    ),
    (
        "U812",
        "the allotment of the services in question is used up",
        "相关班次的舱位配额已用完",
        "raise the allotment, or move due times",
        "增加舱位配额，或放宽时限",
    ),
    (
        "U813",
        "the truck quota of the lanes in question is used up",
        "相关线路的卡车配额已用完",
        "ask for permits, or move due times",
        "申请更多许可，或放宽时限",
    ),
    (
        "U814",
        "the throughput of the crossing is used up on the days in question",
        "相关日期口岸通行能力已用完",
        "use another day or crossing",
        "改用其他日期或口岸",
    ),
    (
        "U815",
        "serving it costs more than not serving it",
        "承运成本高于不承运的代价",
        "raise the price of not serving it",
        "提高不承运代价",
    ),
    (
        "U816",
        "the time limit passed before a place was found",
        "求解时限内未找到方案",
        "allow more time",
        "延长求解时间",
    ),
    (
        "U817",
        "a domestic shipment has no way without crossing a border",
        "境内货物没有不出境的路径",
        "add a domestic service or lane",
        "增加境内班次或线路",
    ),
    (
        "U818",
        "no facility on any way can clear it for export or import",
        "沿途没有可办理出口或进口清关的设施",
        "start at, or deliver to, a facility that clears the customs mode",
        "改从可清关的设施发货或交货",
    ),
    (
        "U819",
        "the plan leaves it out without a reason",
        "方案未安排该货物且未说明原因",
        "give it a way, or let the planner look for one",
        "为其安排路径，或交由规划器寻找",
    ),
)

REASONS: dict[str, Reason] = {
    code: Reason(
        code=code,
        meaning_en=meaning_en,
        meaning_zh=meaning_zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
    )
    for code, meaning_en, meaning_zh, remedy_en, remedy_zh in _TABLE
}


def unassigned(
    shipment_id: str, code: str, *, penalty_fen: int, resource: str = "", detail: str = ""
) -> Unassigned:
    """
    Entry of the unserved list, worded from the table.

    Parameters
    ----------
    resource
        What binds: a crossing, a departure, a facility, a time.
    detail
        Added to the reason, such as the amount missing.

    Raises
    ------
    KeyError
        The code is not in :data:`REASONS`.
    """
    reason = REASONS[code]
    return Unassigned(
        shipment_id=shipment_id,
        code=code,
        reason=f"{reason.meaning_en}: {detail}" if detail else reason.meaning_en,
        resource=resource,
        remedy=reason.remedy_en,
        penalty_fen=penalty_fen,
    )
