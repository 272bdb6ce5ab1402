"""What an ontology must not say, each in one sentence with file and term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rdflib.namespace import RDF, RDFS, XSD

from kgrec.errors import GraphError
from kgrec.vocabulary.declarations import Declarations, Record
from kgrec.vocabulary.turtle import local_name

KINDS = ("User", "Item", "Entity")


def resolve(declared: Declarations) -> None:
    """Turn IRIs of parents, domains and ranges into names, and check what they say.

    :raises GraphError: if the ontology contradicts itself, or refers to what it does not declare
    """
    names = {iri: name for name, record in declared.types.items() for iri in record["iris"]}
    for name, record in declared.types.items():
        parents = [names[iri] for iri in record["parents"] if iri in names]
        record["standards"] = tuple(iri for iri in record["parents"] if iri not in names)
        record["parents"] = tuple(parent for parent in parents if parent != name)
    _check_hierarchy(declared.types)
    _settle_types(declared.types)
    _settle_names(declared)
    for name, record in declared.relations.items():
        for side in ("domain", "range"):
            record[side] = _class(name, side, record, names)
        _check_relation(name, record)
        for mirror in record.get("mirrors", ()):
            _check_mirror(name, record, mirror, declared.types, names)
    _check_properties_above({**declared.properties, **declared.relations})
    _check_names(declared.relations)
    for name, record in declared.properties.items():
        _check_property(name, record, names)


def ancestors(name: str, types: Mapping[str, Record]) -> tuple[str, ...]:
    """Broader types, nearest first; a cycle ends where it would begin again."""
    found: dict[str, None] = {}
    level = [name]
    while level:
        level = [p for n in level for p in types[n]["parents"] if p not in found]
        found.update(dict.fromkeys(level))
    return tuple(found)


def _check_hierarchy(types: Mapping[str, Record]) -> None:
    for name, record in types.items():
        above = ancestors(name, types)
        if name in above:
            around = _cycle(name, types)
            raise GraphError(
                f"{_last_file(types, around)}: the classes {' → '.join(around)} are subclasses of "
                "each other in a circle; remove one rdfs:subClassOf."
            )
        kinds = [kind for kind in KINDS if kind in (name, *above)]
        if len(kinds) > 1:
            raise GraphError(
                f"{record['file']}: class '{name}' is both {' and '.join(kinds)}, and no node "
                "can be both; remove one rdfs:subClassOf."
            )


def _cycle(name: str, types: Mapping[str, Record]) -> list[str]:
    """The shortest way from a class up to itself."""
    ways = [[name]]
    while True:
        ways = [[*way, parent] for way in ways for parent in types[way[-1]]["parents"]]
        for way in ways:
            if way[-1] == name:
                return way
        ways = list({way[-1]: way for way in ways if len(way) <= len(types)}.values())


def _last_file(types: Mapping[str, Record], names: Iterable[str]) -> str:
    last = max((types[name] for name in names), key=lambda record: int(record["order"]))
    return str(last["file"])


def _settle_types(types: Mapping[str, Record]) -> None:
    """A class of a later file takes its own name from earlier ones; then each names one class."""
    claimed = {name: name for name in types}
    for name, record in types.items():
        record["aliases"] = tuple(
            alias
            for alias in record["aliases"]
            if alias == name or alias not in types or types[alias]["order"] <= record["order"]
        )
        for alias in record["aliases"]:
            earlier = claimed.setdefault(alias, name)
            if earlier != name:
                raise GraphError(_claimed_twice(alias, earlier, name, [types[earlier], record]))


def _settle_names(declared: Declarations) -> None:
    """A relation of a later file takes its own name from the aliases of earlier ones."""
    for name, record in declared.relations.items():
        for other_name, other in declared.relations.items():
            if other_name != name and other["order"] < record["order"]:
                for names in ("aliases", "inverse_aliases"):
                    other[names] = tuple(alias for alias in other[names] if alias != name)
        rival = declared.properties.get(name)
        if rival and rival["order"] == record["order"]:
            raise GraphError(
                f"{record['file']}: '{name}' is declared as a kg:Relation and as a kg:Property; "
                "keep one of them."
            )
        if rival and rival["order"] < record["order"]:
            del declared.properties[name]


def _class(name: str, side: str, record: Record, names: Mapping[str, str]) -> str | None:
    iri = record[side]
    if iri is None or iri in names:
        return names.get(iri)
    where = f"{record['file']}: relation '{name}': its domain or range '{local_name(iri)}'"
    if _is_datatype(iri):
        raise GraphError(f"{where} is a datatype; declare it a kg:Property instead.")
    raise GraphError(f"{where} is not declared; add it to the ontology as an rdfs:Class.")


def _check_relation(name: str, record: Record) -> None:
    where = f"{record['file']}: relation '{name}'"
    if record.get("symmetric") and record["domain"] != record["range"]:
        raise GraphError(
            f"{where} is symmetric, but its domain {record['domain'] or 'Node'} is not its range "
            f"{record['range'] or 'Node'}; make them one class."
        )
    if record.get("functional"):
        if (record.get("max_count") or 1) > 1:
            raise GraphError(
                f"{where} is functional, but its kg:maxCount is {record['max_count']}; "
                "remove one of them."
            )
        record["max_count"] = 1
    least, most = record.get("min_count"), record.get("max_count")
    if least is not None and most is not None and least > most:
        raise GraphError(
            f"{where} must have at least {least} tails and at most {most}; "
            "correct kg:minCount or kg:maxCount."
        )
    if most == 0:
        raise GraphError(f"{where} may have no tail at all (kg:maxCount 0); remove the relation.")


def _check_mirror(
    name: str,
    record: Record,
    mirror: Record,
    types: Mapping[str, Record],
    names: Mapping[str, str],
) -> None:
    """What an inverse begins at, the relation must be able to lead to, and the other way round."""
    other = local_name(mirror["iri"])
    for side, across in (("domain", "range"), ("range", "domain")):
        one, two = _class(other, side, mirror, names), record[across]
        if one and two and not _may_be_both(one, two, types):
            raise GraphError(
                f"{mirror['file']}: relation '{other}' is the inverse of '{name}', but its {side} "
                f"{one} is not the {across} {two} of '{name}'; make them one class."
            )


def _may_be_both(one: str, two: str, types: Mapping[str, Record]) -> bool:
    """Whether a class is below both, or one below the other."""
    return any({one, two} <= {name, "Node", *ancestors(name, types)} for name in types)


def _check_properties_above(records: Mapping[str, Record]) -> None:
    names = {iri: name for name, record in records.items() for iri in record["iris"]}
    above: dict[str, Record] = {}
    for name, record in records.items():
        parents = [names[iri] for iri in record.get("above", ()) if iri in names]
        above[name] = {**record, "parents": [parent for parent in parents if parent != name]}
    for name in above:
        if name in ancestors(name, above):
            around = _cycle(name, above)
            raise GraphError(
                f"{_last_file(above, around)}: {' → '.join(around)} are subproperties of each "
                "other in a circle; remove one rdfs:subPropertyOf."
            )


def _check_names(relations: Mapping[str, Record]) -> None:
    """No name may be read as two relations, or as one in both directions."""
    seen: dict[tuple[str, ...], tuple[str, bool]] = {}
    for name, record in relations.items():
        symmetric = bool(record.get("symmetric"))
        claims: list[tuple[tuple[str, ...], tuple[str, bool]]]
        claims = [((alias,), (name, False)) for alias in (name, *record["aliases"])]
        claims += [((alias,), (name, not symmetric)) for alias in record["inverse_aliases"]]
        domain = record["domain"] or "Node"
        claims += [((column, domain), (name, False)) for column in record["columns"]]
        for claim, entry in claims:
            earlier = seen.setdefault(claim, entry)
            if earlier != entry:
                files = [relations[earlier[0]], record]
                raise GraphError(_claimed_twice(claim[0], earlier[0], name, files))


def _claimed_twice(alias: str, one: str, other: str, records: list[Record]) -> str:
    file = max(records, key=lambda record: int(record["order"]))["file"]
    if one == other:
        return f"{file}: relation '{one}' has the name '{alias}' in both directions; remove one."
    return (
        f"{file}: the name '{alias}' is claimed by both '{one}' and '{other}'; "
        "remove the alias from one of them."
    )


def _check_property(name: str, record: Record, names: Mapping[str, str]) -> None:
    where = f"{record['file']}: property '{name}'"
    if record["range"] and not _is_datatype(record["range"]):
        raise GraphError(
            f"{where}: its range '{local_name(record['range'])}' is no datatype; "
            "declare a kg:Relation if its values are nodes."
        )
    if record["domain"] and record["domain"] not in names:
        raise GraphError(
            f"{where}: its domain '{local_name(record['domain'])}' is not declared; "
            "add it to the ontology as an rdfs:Class."
        )
    record["domain"] = names.get(record["domain"] or "")
    record["range"] = record["range"] or str(XSD.string)


def _is_datatype(iri: str) -> bool:
    return iri.startswith(str(XSD)) or iri in (str(RDF.langString), str(RDFS.Literal))
