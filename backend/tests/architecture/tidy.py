"""The budgets and bans of this house, each a function from a page of Python to what is wrong with it.

Where a rule finds something, its message names what to write instead. `test_tidy.py` runs them all over the tree, and proves each
with a planted page.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
MODULE_NAMES = frozenset({"http", "schemas", "service", "repository", "policy", "models", "events", "errors"})
FOUR_WORDS = ("Owns", "Answers", "Emits", "Ignores")

Findings = Iterator[tuple[int, str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Page:
    """One Python file; `path` is relative to backend/, as in src/velora/modules/orders/service.py."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def place(self) -> tuple[str, ...]:
        """The path below the package, as in ("modules", "orders", "service"); empty outside it."""
        parts = self.path.with_suffix("").parts
        return parts[2:] if parts[:2] == ("src", "velora") else ()

    def within(self, *places: str) -> bool:
        """Whether the page lies in one of these, as in within("kernel/clock", "platform")."""
        return any(self.place[: len(parts)] == parts for parts in (tuple(place.split("/")) for place in places))

    @property
    def business(self) -> bool:
        return self.within("modules", "flows")

    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the dotted name of what is called."""
        return ((node, dotted(node.func)) for node in self.nodes if isinstance(node, ast.Call))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every imported name in full, as in `sqlalchemy.text`."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module or ''}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"  # a call or a subscript on the way leaves its part empty
    return node.id if isinstance(node, ast.Name) else ""


def file_size(page: Page) -> Findings:
    lines = page.text.count("\n")
    if lines > MOST_LINES and "migrations" not in page.place:
        yield MOST_LINES, f"{lines} lines; at most {MOST_LINES}: make it a package of the same name, one file per concern"


def function_size(page: Page) -> Findings:
    if "migrations" in page.place:
        return
    for function in page.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            yield function.lineno, f"{function.name} has {lines} lines; at most {MOST_LINES_OF_A_FUNCTION}: name its steps and call them"


LOSING_SQL = re.compile(r"\b(INSERT\s+(OR\s+)?IGNORE|ON\s+DUPLICATE\s+KEY|INSERT\s+OR\s+REPLACE|REPLACE\s+INTO)\b", re.IGNORECASE)


def losing_sql(page: Page) -> Findings:
    if not page.place:
        return
    prose = {id(node.value) for node in page.nodes if isinstance(node, ast.Expr)}  # docstrings
    for node in page.nodes:
        if isinstance(node, ast.Constant) and id(node) not in prose and (found := LOSING_SQL.search(str(node.value))):
            yield node.lineno, f"{found[0]} loses or overwrites a row in silence: insert plainly and handle the duplicate key"
    for call, name in page.calls():
        if name.endswith("on_duplicate_key_update"):
            yield call.lineno, f"{name} overwrites a row in silence: insert plainly and handle the duplicate key"


def raw_sql(page: Page) -> Findings:
    if not page.place or page.within("platform/db") or "migrations" in page.place:
        return
    wanted = "say it as a SQLAlchemy construct, so that the tenant guard sees it; raw SQL lives in platform/db and migrations"
    yield from ((line, f"text(): {wanted}") for line, name in page.imports() if name in {"sqlalchemy.text", "sqlalchemy.sql.text"})
    for call, name in page.calls():
        if name in {"sa.text", "sqlalchemy.text"} or name.endswith(".exec_driver_sql"):
            yield call.lineno, f"{name}: {wanted}"


def bare_tables(page: Page) -> Findings:
    if not page.business or "repository" in page.place:
        return
    for node in page.nodes:
        if isinstance(node, ast.Attribute) and node.attr == "__table__":
            yield node.lineno, "__table__ goes round the tenant guard: write it as a function of repository.py that names the tenant"


CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time|time\.time_ns)$")


def own_clock(page: Page) -> Findings:
    if page.place and not page.within("kernel/clock", "platform"):
        yield from ((call.lineno, f"{name}: ask the injected clock (uow.now)") for call, name in page.calls() if CLOCKS.search(name))


def own_dice(page: Page) -> Findings:
    if not page.place or page.within("kernel", "platform"):
        return
    for line, name in page.imports():
        if name.split(".")[0] in {"random", "secrets", "uuid"}:
            yield line, f"{name}: take ids from kernel/ids and randomness from what is passed in, so that a run can be replayed"


def floats(page: Page) -> Findings:
    if page.business:
        wanted = "money is integer minor units with a currency, a rate is integer basis points"
        yield from ((node.lineno, f"float: {wanted}") for node in page.nodes if isinstance(node, ast.Name) and node.id == "float")


def open_arguments(page: Page) -> Findings:
    if page.business:
        for function in page.functions():
            if function.args.kwarg and not function.name.startswith("_"):
                yield function.lineno, f"{function.name}(**{function.args.kwarg.arg}): name each parameter"


def behaviour_switches(page: Page) -> Findings:
    if not page.within("modules") or "service" not in page.place:
        return
    for function in page.functions():
        for default in [*function.args.defaults, *function.args.kw_defaults]:
            if isinstance(default, ast.Constant) and isinstance(default.value, bool):
                yield function.lineno, f"{function.name} is switched by a boolean: make it two functions, each with its name"


def service_classes(page: Page) -> Findings:
    if page.business:
        for node in page.nodes:
            if isinstance(node, ast.ClassDef) and re.search(r"(Service|Manager|Helper|Repository)$", node.name):
                yield node.lineno, f"class {node.name}: a use case is a function over a unit of work"


def prints(page: Page) -> Findings:
    if page.place and not page.within("apps"):
        yield from ((call.lineno, "print: log it, or return it to the command in apps") for call, name in page.calls() if name == "print")


PROMISE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b(?!.*#\d+)")


def promises(page: Page) -> Findings:
    for number, line in enumerate(page.text.splitlines(), start=1):
        if found := PROMISE.search(line):
            yield number, f"{found[0]} without an issue: do it now, or open one and write {found[0]} #123"


def type_checking_imports(page: Page) -> Findings:
    if not page.business:
        return
    for node in page.nodes:
        if isinstance(node, ast.If) and dotted(node.test).endswith("TYPE_CHECKING"):
            yield node.lineno, "an import for types only hides a circle: pass the id, or lift what both need to a flow or to kernel"


def swallowed_errors(page: Page) -> Findings:
    if not page.place:
        return
    for node in page.nodes:
        if not isinstance(node, ast.ExceptHandler) or not catches_all(node):
            continue
        if not any(is_told(inner) for statement in node.body for inner in ast.walk(statement)):
            yield node.lineno, "catches everything and says nothing: name the error, or log it with log.exception, or raise again"


def catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds)


def is_told(node: ast.AST) -> bool:
    """Whether this logs the error, or hands it to whoever awaits a future."""
    told = r"log\w*\.(exception|critical|error|warning)$|\.set_exception$"
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and re.search(told, dotted(node.func)) is not None)


def nine_names(page: Page) -> Findings:
    if not page.within("modules") or len(page.place) < 3:
        return
    name = page.place[2]
    if name not in MODULE_NAMES | {"__init__", "gateways"}:
        yield 1, f"{name}: a module has {', '.join(sorted(MODULE_NAMES))}, and gateways; an outgrown one becomes a package of its name"


def introduction(page: Page) -> Findings:
    if page.within("modules") and len(page.place) == 3 and page.place[2] == "__init__":
        doc = ast.get_docstring(page.tree) or ""
        missing = [word for word in FOUR_WORDS if not re.search(rf"^{word} ", doc, re.MULTILINE)]
        if missing:
            yield 1, f"the docstring does not say what the module {', '.join(missing)}: one line for each of {', '.join(FOUR_WORDS)}"


Rule = Callable[[Page], Findings]
RULES: list[Rule] = [
    file_size,
    function_size,
    losing_sql,
    raw_sql,
    bare_tables,
    own_clock,
    own_dice,
    floats,
    open_arguments,
    behaviour_switches,
    service_classes,
    prints,
    promises,
    type_checking_imports,
    swallowed_errors,
    nine_names,
    introduction,
]

# ------------------------------------------------------------------------------------- any text file, not only Python

REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npm" + "js.org",
    "yarn" + "pkg.com",
    "crates" + ".io",
    "repo.maven" + ".apache.org",
)
STRAY = re.compile(
    r"(?<![\w./:*-])/(?:work|root|farm|home/\w+|Users/\w+|tmp/\w+)/|" + "|".join(re.escape(host) for host in REGISTRIES),
)


def stray_places(text: str) -> Findings:
    """Paths of somebody's machine and hosts of package registries: neither belongs into a shared file."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := STRAY.search(line):
            yield number, f"{found[0]}: write it relative to the project, or leave the host to the client's own settings"
