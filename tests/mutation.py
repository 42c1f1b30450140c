"""`make mutants`: does some test fail if the engine of the rules is changed a little?

Each comparison, constant, `and`, `not`, sum, filter and answer of `treatments/domain/rules` is
changed, one at a time, in the memory of a child process that then runs the tests of the rules. A
change that no test notices survives: then a test is missing, or the change means nothing.

`python -m tests.mutation [seconds] [part of a path …]` stops after so many seconds; `SEED` gives
the changes another order.
"""

import ast
import copy
import importlib
import importlib.abc
import importlib.util
import inspect
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "treatments" / "domain" / "rules"
PACKAGE = "treatments.domain.rules"
# Words and shapes without a decision in them.
NOT_CHANGED = {"__init__.py", "words.py"}
# A quick look that only saves time: whatever it lets through is looked at again.
ONLY_QUICKER = {"may_reach"}
MODULES = (
    "tests.unit.test_rules_facts",
    "tests.unit.test_rules_counting",
    "tests.unit.test_rules_doses",
    "tests.unit.test_rules_conditions",
    "tests.unit.test_rules_monitoring",
    "tests.unit.test_rules_holds",
    "tests.unit.test_rules_engine",
    "tests.unit.test_rules_frequency",
    "tests.unit.test_rules_oracles_doses",
    "tests.unit.test_rules_oracles_monitoring",
    "tests.unit.test_rules_oracles_holds",
    "tests.unit.test_rules_oracles_documentation",
    "tests.unit.test_rules_files",
    "tests.unit.test_rules_oracles",
)
LONGEST = 40
SWAPS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
OTHER_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changes_of(tree):
    """Every change of a module: its line, what it is, and how to make it on a copy."""
    skipped = {id(part) for node in ast.walk(tree) for part in _not_code(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in skipped:
            for text, change in _changes(node):
                yield getattr(node, "lineno", 0), text, number, change


def _not_code(node):
    """Annotations, and functions that only make it quicker."""
    roots = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        roots += [node.returns, *(arg.annotation for arg in node.args.args + node.args.kwonlyargs)]
        if node.name in ONLY_QUICKER:
            roots.append(node)
    elif isinstance(node, ast.AnnAssign):
        roots.append(node.annotation)
    elif isinstance(node, ast.ClassDef):
        roots += node.decorator_list
    return [part for root in roots if root is not None for part in ast.walk(root)]


def _changes(node):
    """The changes of one node: what it is called, and what to do with the node."""
    for kinds, changes in CHANGES.items():
        if isinstance(node, kinds):
            yield from changes(node)


def _compared(node):
    for place, operator in enumerate(node.ops):
        yield _swapped(operator), lambda n, p=place: n.ops.__setitem__(p, SWAPS[type(n.ops[p])]())


def _joined(node):
    if type(node.op) in SWAPS:
        yield _swapped(node.op), lambda n: setattr(n, "op", SWAPS[type(n.op)]())


def _constant(node):
    if isinstance(node.value, bool):
        yield f"{node.value} turned", lambda n: setattr(n, "value", not n.value)
    elif isinstance(node.value, int):
        yield f"{node.value} + 1", lambda n: setattr(n, "value", n.value + 1)


def _negated(node):
    if isinstance(node.op, ast.Not):
        # “not x” becomes “not not x”.
        yield "without not", lambda n: setattr(n, "operand", ast.UnaryOp(ast.Not(), n.operand))


def _answered(node):
    if node.value is not None and not _is_none(node.value):
        yield "returns None", lambda n: setattr(n, "value", ast.Constant(None))


def _branched(node):
    yield "if turned", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))


def _filtered(node):
    for place in range(len(node.ifs)):
        yield "without a filter", lambda n, p=place: n.ifs.pop(p)


def _called(node):
    if node.id in OTHER_CALLS:
        yield f"{node.id} swapped", lambda n: setattr(n, "id", OTHER_CALLS[n.id])


CHANGES = {
    ast.Compare: _compared,
    (ast.BoolOp, ast.BinOp): _joined,
    ast.Constant: _constant,
    ast.UnaryOp: _negated,
    ast.Return: _answered,
    (ast.If, ast.IfExp): _branched,
    ast.comprehension: _filtered,
    ast.Name: _called,
}


def _swapped(operator):
    return f"{type(operator).__name__} to {SWAPS[type(operator)].__name__}"


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


class OneChanged(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed tree."""

    def __init__(self, name, path, tree):
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name, path=None, target=None):
        """Only for that module."""
        if name == self.name:
            return importlib.util.spec_from_loader(name, self, origin=str(self.path))
        return None

    def exec_module(self, module):
        """Run the changed code."""
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def survives(path, number, change):
    """Whether all tests pass with a change, seen in a child process."""
    tree = copy.deepcopy(ast.parse(path.read_text()))
    change(list(ast.walk(tree))[number])
    ast.fix_missing_locations(tree)
    child = os.fork()
    if child == 0:
        _in_child(path, tree)
    return os.waitpid(child, 0)[1] == 0


def _in_child(path, tree):
    signal.alarm(LONGEST)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        if tree is not None:
            inside = path.relative_to(RULES).with_suffix("").parts
            sys.meta_path.insert(0, OneChanged(".".join((PACKAGE, *inside)), path, tree))
        run_tests()
    except BaseException:
        os._exit(1)
    os._exit(0)


def run_tests():
    """The examples of the rules, then every test of the modules; the first that fails ends it."""
    examples = importlib.import_module("tests.unit.test_rules_examples")
    for example in examples.EXAMPLES:
        examples.test_the_rule_says_what_its_example_says(example)
    for name in MODULES:
        module = importlib.import_module(name)
        for title, test in vars(module).items():
            if title.startswith("test_"):
                for arguments in _arguments(test):
                    test(**arguments)


def _arguments(test):
    """The parameters of a test, as its marks give them, and a folder where it wants one."""
    ways = [
        [dict(zip(_names(mark), _row(mark, values), strict=True)) for values in mark.args[1]]
        for mark in getattr(test, "pytestmark", [])
        if mark.name == "parametrize"
    ]
    wants = inspect.signature(test).parameters
    for choice in product(*ways):
        told = {name: value for part in choice for name, value in part.items()}
        if "tmp_path" in wants:
            told["tmp_path"] = Path(tempfile.mkdtemp(dir=FOLDER))
        yield told


def _names(mark):
    names = mark.args[0]
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else names


def _row(mark, values):
    values = getattr(values, "values", values) if not isinstance(values, dict) else values
    return [values] if len(_names(mark)) == 1 else values


def prepare():
    """Import in the parent whatever does not change, so that each child begins quickly."""
    os.environ.setdefault("DORSA_EXAMPLES", "20")
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutants", database=None, derandomize=True, deadline=None, phases=[Phase.generate]
    )
    settings.load_profile("mutants")
    catalogue = importlib.import_module("treatments.management.catalogue_files")
    entries = catalogue.read_catalogue()
    catalogue.read_catalogue = lambda: entries
    importlib.import_module("pytest")
    importlib.import_module("treatments.domain.body")
    assert not [name for name in sys.modules if name.startswith(PACKAGE)]


def main():
    """Change, run, count, and name what survived."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    prepare()
    todo = []
    for path in sorted(RULES.rglob("*.py")):
        wanted = not sys.argv[2:] or any(part in str(path) for part in sys.argv[2:])
        if wanted and path.name not in NOT_CHANGED:
            tree = ast.parse(path.read_text())
            todo += [(path, *change) for change in changes_of(tree)]
    random.Random(os.environ.get("SEED", "20261121")).shuffle(todo)
    end, tried, left = time.monotonic() + seconds, Counter(), []
    if not survives(RULES / "spans.py", 0, lambda node: None):
        print("Without any change a test fails already.")
        return 1
    for path, line, text, number, change in todo:
        if time.monotonic() > end:
            break
        tried[path.relative_to(ROOT)] += 1
        if survives(path, number, change):
            left.append(f"{path.relative_to(ROOT)}:{line}: {text}")
            print(left[-1], flush=True)
    count = sum(tried.values())
    killed = count - len(left)
    print(f"{killed} of {count} changes were noticed ({100 * killed / max(count, 1):.1f} %);")
    print(f"{len(todo) - count} of {len(todo)} were not tried.")
    return 0


FOLDER = tempfile.mkdtemp()

if __name__ == "__main__":
    sys.exit(main())
