"""The rules that a plan can break: code, statement, unit of the amount."""

from __future__ import annotations

from optimizer.plan.plan import Violation

CODES: dict[str, tuple[str, str]] = {
    "P701": ("every shipment is served once or listed as unserved once", "times"),
    "P702": ("unknown id", "ids"),
    "P703": ("service or lane does not run on the date", "departures"),
    "P704": ("minute differs from the timetable", "min"),
    "P705": ("boards after the cut-off", "min"),
    "P706": ("booked after booking closed", "min"),
    "P707": ("legs do not connect", "places"),
    "P708": ("departs before the cargo is available", "min"),
    "P709": ("departs while the facility is closed", "min"),
    "P710": ("crossing is closed", "crossings"),
    "P711": ("minutes at the crossing differ from its hours and dwell", "min"),
    "P712": ("customs mode is not offered", "places"),
    "P713": ("clearance is missing, misplaced or of wrong duration", "min"),
    "P714": ("truck does not keep its driving time", "min"),
    "P715": ("connector is too long", "km"),
    "P716": ("load is too heavy", "kg"),
    "P717": ("load is too large", "dm3"),
    "P718": ("service capacity is exceeded", ""),
    "P719": ("truck quota is exceeded", "trucks"),
    "P720": ("border throughput is exceeded", "trucks"),
    "P721": ("pools are mixed", "shipments"),
    "P722": ("shipment is divided although it fits, or its parts do not sum", "kg"),
    "P723": ("refrigerated cargo in a unit without refrigeration", "units"),
    "P724": ("cargo class or load unit is not carried", "legs"),
    "P725": ("delivered after the latest time", "min"),
    "P726": ("starts before the shipment is ready", "min"),
    "P727": ("cost line differs", "fen"),
    "P728": ("CO2e differs", "g"),
    "P729": ("total is not the sum of its parts", ""),
    "P730": ("shares do not sum to the loads", "fen"),
    "P731": ("lateness differs", "min"),
    "P732": ("content is ready after the load closes", "min"),
    "P733": ("own load units are not as many as needed", "units"),
    "P734": ("no valid rate card", "legs"),
    "P735": ("track gauge of service and terminal differ", "mm"),
    "P736": ("storage event differs", "fen"),
    "P737": ("minute of availability differs", "min"),
    "P738": ("restricted crossing without a warning", "crossings"),
    "P739": ("leg contradicts itself", "fields"),
    "P740": ("distance differs", "m"),
    "P741": ("value is out of range", ""),
    "P742": ("penalty differs from the price of not serving", "fen"),
    "P743": ("minute of delivery differs", "min"),
    "P744": ("legs in a load differ from the load's", "legs"),
    "P745": ("two connectors in a row", "legs"),
    "P746": ("connector does not keep its driving time", "min"),
    "P747": ("connector does not join two places of one country, one of them a facility", "legs"),
    "P748": ("load closes or releases at another minute than its legs say", "min"),
    "P749": ("domestic shipment crosses a border", "legs"),
    "P750": ("load without contents", "loads"),
    "P751": ("contents of loads and itineraries disagree", "shipments"),
    "P752": ("payload or volume of the load differ from its type", ""),
    "P753": ("facility does not consolidate", "facilities"),
    "P754": ("bound is above the objective", "fen"),
    "P755": ("pays more than travelling alone", "fen"),
    "P757": ("crosses a border during a dated closure", "min"),
    "P756": ("groups of shared loads are not those of the plan", "groups"),
}
"""Code -> (statement, unit); an empty unit is given with each violation."""


def breach(code: str, where: str, amount: float, *, detail: str = "", unit: str = "") -> Violation:
    """Violation of a rule, worded from the table; amounts are positive."""
    statement, default_unit = CODES[code]
    return Violation(
        code=code,
        rule=f"{statement} ({detail})" if detail else statement,
        where=where,
        amount=abs(float(amount)),
        unit=unit or default_unit,
    )
