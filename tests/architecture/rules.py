"""The house rules as functions: each takes sources, models or addresses, and returns complaints.

A complaint says where, what, and what to do instead. The tests beside this file hold the real tree
to the rules, and show with broken samples that each rule bites.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("patients", "treatments", "scheduling")
CODE = ("clinic", *APPS)
# From the top down: an app may know those after it.
ORDER = ["scheduling", "treatments", "patients", "messaging", "audit", "accounts", "shared"]
DRAWERS = {"__init__", "apps", "urls", "api", "tasks", "forms", "queries", "domain", "models"}
DRAWERS |= {
    "actions",
    "facts",
    "pages",
    "locale",
    "management",
    "migrations",
    "templates",
    "templatetags",
    "data",
}
CLOCKS = {("timezone", name) for name in ("now", "localdate", "localtime")}
CLOCKS |= {("datetime", name) for name in ("now", "utcnow", "today")}
CLOCKS |= {("date", "today"), ("time", "time"), ("time", "monotonic")}
DOORS = {"objects", "_default_manager", "_base_manager", "raw", "cursor"}
WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create"}
WRITES |= {"update_or_create", "select_for_update", "asave", "adelete", "acreate"}


def sources(*parts: str) -> Iterator[tuple[str, str]]:
    """Path and text of every module of ours whose path matches one of the patterns."""
    for part in parts:
        for path in sorted(ROOT.glob(part)):
            inside = path.relative_to(ROOT).parts
            if "migrations" not in inside and inside[0] in {*CODE, "local"}:
                yield str(path.relative_to(ROOT)), path.read_text()


def unknown_drawers(root: Path) -> list[str]:
    """Every app has the same drawers: learn one, know three."""
    return [
        f"{path.relative_to(root)}: no app has a drawer “{path.stem}”; see CONTRIBUTING.md"
        for app in APPS
        for path in sorted((root / app).iterdir())
        if path.stem not in DRAWERS and path.name != "__pycache__"
    ]


def doors_opened(path: str, text: str) -> list[str]:
    """Pages and endpoints read through queries.py and write through actions."""
    tree = ast.parse(text)
    reads = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in DOORS]
    calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    writes = [n for n in calls if isinstance(n, ast.Attribute) and n.attr in WRITES]
    return [
        f"{path}:{node.lineno}: .{node.attr} – read through queries.py, write through actions/"
        for node in [*reads, *writes]
    ]


def clocks_read(path: str, text: str) -> list[str]:
    """Actions, queries and domain are given `now`; so they can be tested at any time of any day."""
    tree = ast.parse(text)
    names = _imported(tree)
    complaints = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = tuple(_dotted(node.func, names).split(".")[-2:])
            if called in CLOCKS:
                complaints.append(f"{path}:{node.lineno}: {called[-1]}() – take now= instead")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            complaints += sql_clocks_read(f"{path}:{node.lineno}", node.value)
    return complaints


def formats_chosen(path: str, text: str) -> list[str]:
    """Code that answers by what the browser accepts: then every format would have to be tried.

    The tests of who may see what (tests/security/walks.py) ask each address in one format.
    """
    chosen = re.compile(
        r"""["'](?:HTTP_)?Accept["']|\.accepts\(|get_preferred_type|renderer_classes\s*="""
    )
    return [
        f"{path}:{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if chosen.search(line)
    ]


def sql_clocks_read(path: str, text: str) -> list[str]:
    """The database's clock is a clock as well."""
    words = r"\bnow\s*\(\s*\)|\b(current_timestamp|clock_timestamp|current_date)\b"
    found = re.search(words, text, re.I)
    return [f"{path}: {found[0]} in SQL – pass now as a parameter"] if found else []


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each name in the module really is: `tz` → `timezone`, `now` → `timezone.now`."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").rsplit(".", 1)[-1]
            for alias in node.names:
                names[alias.asname or alias.name] = f"{module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name] = alias.name
    return names


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _public_functions(text: str) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def loose_actions(path: str, text: str, helpers: Iterable[str] = ()) -> list[str]:
    """A public function in actions/ is an action: one transaction, and who and when are said."""
    complaints = []
    for function in _public_functions(text):
        if function.name in helpers:
            continue
        decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
        names = {argument.arg for argument in function.args.kwonlyargs}
        if "action" not in decorators or not {"by", "now"} <= names or function.args.args:
            complaints.append(
                f"{path}:{function.lineno}: {function.name} – decorate with @action and take "
                "keyword-only arguments with by= and now=, or make it private"
            )
    return complaints


def viewerless_queries(path: str, text: str) -> list[str]:
    """Who asks is the first thing every read must know."""
    return [
        f"{path}:{function.lineno}: {function.name} – take viewer as the first argument"
        for function in _public_functions(text)
        if [a.arg for a in function.args.args][:1] != ["viewer"]
    ]


def undocumented(path: str, text: str) -> list[str]:
    """Public modules, classes and functions say what they mean."""
    tree = ast.parse(text)
    nodes: list[ast.Module | ast.ClassDef | ast.FunctionDef] = [tree]
    nodes += [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]
    return [
        f"{path}:{getattr(node, 'lineno', 1)}: {getattr(node, 'name', 'module')} – say what it is"
        for node in nodes
        if (text.strip() or not isinstance(node, ast.Module)) and not ast.get_docstring(node)
    ]


def upward_keys(fields: Iterable[tuple[str, str, str]]) -> list[str]:
    """Foreign keys point down, like imports. `fields`: (app, field, app of the target)."""
    return [
        f"{field}: {app} → {target} points up; keep the key on the side above"
        for app, field, target in fields
        if app in ORDER and target in ORDER and ORDER.index(target) < ORDER.index(app)
    ]


def unfit_template(path: str, text: str) -> list[str]:
    """Nothing inline (our policy refuses it), nothing unescaped, no form without its token."""
    checks = {
        r'<script(?![^>]*\s(src=|type="application/json"))[^>]*>': "inline script: use a .js file",
        r"\sstyle=": "inline style: write a class in clinic/static/css",
        r"\son[a-z]+=": "inline handler: write a file in clinic/static/js",
        r"\|safe\b": "unescaped text: let Django escape it",
        r"autoescape off": "unescaped text: let Django escape it",
    }
    complaints = [
        f"{path}: {advice}" for pattern, advice in checks.items() if re.search(pattern, text)
    ]
    for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*every[^>]*>", text):
        if "Dorsa-Background" not in tag:
            complaints.append(
                f"{path}: polls without hx-headers Dorsa-Background: nobody goes home"
            )
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.S | re.I):
        if "csrf_token" not in form:
            complaints.append(f"{path}: a POST form without {{% csrf_token %}}")
    return complaints


def misplaced_page(
    address: str, audience: str, view: object, permissions: Iterable[str]
) -> list[str]:
    """Address, audience, file and decorator agree, or the page is open to the wrong people."""
    module = getattr(view, "__module__", "")
    complaints = []
    if getattr(view, "audience", None) != audience:
        complaints.append(f"{address}: decorate the view with @{audience}_page(…)")
    if getattr(view, "permission", None) not in permissions:
        complaints.append(f"{address}: name a permission of clinic/accounts/roles.py")
    if not re.search(rf"\.pages\.{audience}(\.\w+)?$", module):
        complaints.append(f"{address}: the view belongs in pages/{audience}, not {module}")
    return complaints


def misplaced_templates(path: str, text: str, audience: str) -> list[str]:
    """A page of one audience must not show another audience's template."""
    named = [
        node.value.split("#")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[\w/]+\.html(#\w+)?", node.value)
    ]
    return [
        f"{path}: {name} – a template of this audience lies in <app>/{audience}/"
        for name in named
        if name.split("/")[-2] != audience
    ]


def undocumented_settings(settings_text: str, example_text: str) -> list[str]:
    """Every variable that is read stands in .env.example, and nothing else does."""
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings_text))
    told = set(re.findall(r"^#?\s?([A-Z_]+)=", example_text, re.M))
    return [f"{name}: tell it in .env.example" for name in sorted(read - told)] + [
        f"{name}: nothing reads it; take it out of .env.example" for name in sorted(told - read)
    ]


def unfit_lock(name: str, text: str) -> list[str]:
    """Locks carry hashes and no addresses."""
    complaints = [
        f"{name}: {word}" for word in ("://", "--index-url", "--find-links") if word in text
    ]
    for requirement in re.findall(r"^([\w.-]+==\S+) \\\n(?!    --hash=)", text, re.M):
        complaints.append(f"{name}: {requirement} has no hash")
    complaints += [
        f"{name}: {line} has no hash" for line in re.findall(r"^[\w.-]+==\S+$", text, re.M)
    ]
    return complaints
