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
DRAWERS |= {"actions", "pages", "management", "migrations", "templates", "templatetags", "data"}
CLOCKS = {"now", "utcnow", "today", "localdate", "localtime", "time", "monotonic"}
CLOCK_OWNERS = {"timezone", "datetime", "date", "time"}
DOORS = {"objects", "_default_manager", "_base_manager", "raw", "cursor"}


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
    return [
        f"{path}:{node.lineno}: .{node.attr} – read through queries.py, write through actions/"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in DOORS
    ]


def clocks_read(path: str, text: str) -> list[str]:
    """Actions, queries and domain are given `now`; so they can be tested at any time of any day."""
    return [
        f"{path}:{node.lineno}: {node.func.value.id}.{node.func.attr}() – take now= instead"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in CLOCK_OWNERS
        and node.func.attr in CLOCKS
    ]


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
        r"<script(?![^>]*\bsrc=)[^>]*>": "inline script: write a file in clinic/static/js",
        r"\sstyle=": "inline style: write a class in clinic/static/css",
        r"\son[a-z]+=": "inline handler: write a file in clinic/static/js",
        r"\|safe\b": "unescaped text: let Django escape it",
        r"autoescape off": "unescaped text: let Django escape it",
    }
    complaints = [
        f"{path}: {advice}" for pattern, advice in checks.items() if re.search(pattern, text)
    ]
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
    if not module.endswith(f".pages.{audience}"):
        complaints.append(f"{address}: the view belongs in pages/{audience}.py, not {module}")
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
