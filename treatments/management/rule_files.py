"""Reading the shipped rules: `treatments/data/rules/*.yaml`, one file a family.

Each record is read with the line of every field, so that whatever cannot be understood is told with
file and line; everything that is wrong is told at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from treatments.domain.rules.records import BadRule, Known, rule_from
from treatments.domain.rules.rulebook import Rule
from treatments.management.catalogue_files import read_catalogue

FOLDER = Path(__file__).resolve().parent.parent / "data" / "rules"


class BadRuleFiles(ValueError):
    """Every complaint about the files, one a line: file, line, rule, field, what is wrong."""


@dataclass(frozen=True)
class ShippedRule:
    """A record as it stands in a file, its examples apart; `lines` are those of its fields."""

    file: str
    line: int
    record: Mapping[str, Any]
    examples: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """The id of the rule, or "" if it has none."""
        return str(self.record.get("id", ""))

    def line_of(self, path: str) -> int:
        """The line of a field, or of the nearest field around it that is there."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, self.line)


def read_rules(folder: Path = FOLDER) -> list[Rule]:
    """Every shipped rule, checked, in the order of the files. Raises `BadRuleFiles`."""
    return [rule for rule, _shipped in rules_with_records(folder)]


def rules_with_records(folder: Path = FOLDER) -> list[tuple[Rule, ShippedRule]]:
    """Every shipped rule with the record it was read from. Raises `BadRuleFiles`."""
    found, complaints = [], []
    known = known_keys()
    records = read_records(folder)
    for shipped in records:
        try:
            found.append((rule_from(shipped.record, known, is_shipped=True), shipped))
        except BadRule as error:
            complaints += [
                f"{shipped.file}:{shipped.line_of(item.field)}: {shipped.key or 'a rule'}, "
                f"{item.field or 'record'}: {item.text}"
                for item in error.complaints
            ]
    complaints += _twice(records)
    if complaints:
        raise BadRuleFiles("\n".join(complaints))
    return found


def read_records(folder: Path = FOLDER) -> list[ShippedRule]:
    """The records of every file, unchecked. Raises `BadRuleFiles` for what is no YAML."""
    return [shipped for path in sorted(folder.glob("*.yaml")) for shipped in _read_file(path)]


@cache
def known_keys() -> Known:
    """The keys of the shipped catalogue."""
    keys: dict[str, set[str]] = {}
    for entry in read_catalogue():
        keys.setdefault(entry.section, set()).add(entry.key)
    return Known(
        treatments=frozenset(keys["treatment"] | keys["diagnostic"]),
        drugs=frozenset(keys["drug"]),
        red_flags=frozenset(keys["red_flag"]),
    )


def _read_file(path: Path) -> list[ShippedRule]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        items = _list_of_rules(root)
        if items is None:
            raise BadRuleFiles(f"{path.name}:1: A file of rules is a list under “rules”.")
        return [_shipped(item, path.name) for item in items]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadRuleFiles(f"{path.name}:{line}: {error.problem}") from error


def _shipped(item: yaml.Node, file: str) -> ShippedRule:
    lines: dict[str, int] = {}
    line = item.start_mark.line + 1
    record = _value(item, "", lines)
    if not isinstance(record, dict):
        raise BadRuleFiles(f"{file}:{line}: A rule is a table of fields.")
    examples = record.pop("examples", {})
    return ShippedRule(file, line, record, examples, lines)


# The C reader is much quicker, where PyYAML was built with it.
_Quickest: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Quickest):
    """Leaves days as text: a record is JSON as well, which has no days."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _list_of_rules(root: yaml.Node | None) -> list[yaml.Node] | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    for name, value in root.value:
        if name.value == "rules" and isinstance(value, yaml.SequenceNode):
            return list(value.value)
    return None


def _value(node: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    """What a node says; the line of each field, where its name stands, goes into `lines`."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name, value in node.value:
            if name.value in found:
                raise yaml.MarkedYAMLError(
                    problem=f"“{name.value}” is there twice.", problem_mark=name.start_mark
                )
            inside = f"{path}.{name.value}" if path else name.value
            lines[inside] = name.start_mark.line + 1
            found[name.value] = _value(value, inside, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        items = []
        for number, value in enumerate(node.value):
            inside = f"{path}.{number}"
            lines[inside] = value.start_mark.line + 1
            items.append(_value(value, inside, lines))
        return items
    return _SCALARS.construct_object(node)


_SCALARS = _Loader("")


def _twice(records: Iterable[ShippedRule]) -> list[str]:
    first: dict[str, ShippedRule] = {}
    complaints = []
    for shipped in records:
        before = first.setdefault(shipped.key, shipped)
        if before is not shipped and shipped.key:
            complaints.append(
                f"{shipped.file}:{shipped.line}: {shipped.key} is already in "
                f"{before.file}, line {before.line}."
            )
    return complaints
