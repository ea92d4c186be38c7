"""Notes on the sheets of the workbook, in English and Chinese."""

from __future__ import annotations

NOTES = (
    (
        "All",
        "Money is CNY. Times are local to the place, ISO 8601 with the offset from UTC, as text.",
        "金额单位为人民币元。时间为当地时间，采用带UTC偏移的ISO 8601文本格式。",
    ),
    (
        "Summary",
        "The objective is the cost of what is delivered plus penalties for what is not; the bound "
        "is a proved lower limit of it.",
        "目标值等于已送达货物的费用加上未服务货物的罚金；下界是已证明的目标值下限。",
    ),
    (
        "Shipments",
        "One row per delivered shipment. Cost = own cost + share of shared load units. Alone is "
        "what the shipment would cost planned on its own.",
        "每票已送达货物一行。费用=自身费用+拼箱分摊。“Alone”为单独运输的费用。",
    ),
    (
        "Legs",
        "Legs of loads carry the cost of the load unit; a shipment's leg inside a load has cost 0.",
        "拼箱的运段承担整箱费用；货物在拼箱内的运段费用为0。",
    ),
    (
        "Loads",
        "Shared load units (containers, trailers, air pallets) with their fill by mass and volume. "
        "Above alone: where loads cost more than their riders would pay alone, the least amount by "
        "which everybody's limit had to rise.",
        "共享装载单元（集装箱、挂车、航空集装板）及其重量与体积装载率。“Above alone”：拼箱费用"
        "高于各票单独运输之和时，各票上限须提高的最小金额。",
    ),
    (
        "Contents",
        "Which shipment rides in which load; parts of a split shipment sum to the whole.",
        "各装载单元内的货物；被拆分的货物各部分之和等于整票。",
    ),
    (
        "Unserved",
        "Shipments without a place in the plan: reason code, what binds, what may help.",
        "未能安排的货物：原因代码、受限资源以及可行的补救办法。",
    ),
    (
        "Repairs",
        "Changes that would get a shipment served, cheapest first; verified: tried on the plan and "
        "checked. The change itself is not priced.",
        "可使货物得到安排的调整，按费用由低到高；“Verified”表示已在方案上试算并通过校验。"
        "调整本身的费用未计入。",
    ),
    (
        "Costs",
        "Cost by line and mode. Facility: what no leg carries (customs, storage, stuffing). The "
        "penalty of what is not served is part of the objective, not money spent.",
        "按费用项目和运输方式列示。“Facility”为不属于任何运段的费用（报关、仓储、装拆箱）。"
        "未服务货物的罚金计入目标值，并非实际支出。",
    ),
    (
        "Estimates",
        "Data rows marked as our own estimates that the plan uses. The cost beside a row is that "
        "of all shipments that touch it: an upper limit.",
        "计划所用的、标记为自行估计的数据行。所列费用为涉及该行的全部货物费用，即上限。",
    ),
)
