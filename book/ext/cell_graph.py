"""What each code cell needs and gives, and whether it can run in the reader's browser.

A cell needs the names that it reads without binding them first; it gives those that it binds or
changes at its top level. From both follows which cells have to run before another. A cell cannot run
in the browser if it is tagged ``local``, imports what is not there, or needs a cell that cannot.
"""

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("autograder", "book", "course")
# What the site brings along for its pages, and ``myst_nb``, for which the page stands in.
IN_THE_BROWSER = {"numpy", "matplotlib", "mpl_toolkits", "cycler", "PIL", "IPython", "myst_nb"}
NAMES = {"sklearn": "scikit-learn", "torch": "PyTorch", "scipy": "SciPy"}


@dataclass(frozen=True)
class Source:
    """One step of a page, before its place among the others is known."""

    id: str
    source: str
    tags: frozenset[str] = frozenset()
    defines: tuple[str, ...] = ()  # what an exercise's answer will define
    hidden: bool = False


@dataclass(frozen=True)
class Linked:
    """A step with the ids of those it needs, and the reason why it runs locally, if it does."""

    source: Source
    needs: tuple[str, ...]
    local: str


def link(sources: list[Source]) -> list[Linked]:
    """Return what each step needs of those before it."""
    givers: dict[str, list[str]] = {}  # by name, the steps that bind it and then change it
    local: dict[str, str] = {}
    linked = []
    for each in sources:
        reads, binds, changes = names(each.source)
        found = {giver for name in reads | changes for giver in givers.get(name, ())}
        needs = tuple(other.id for other in sources if other.id in found)
        reason = why_local(each)
        if not reason and (cells := [need for need in needs if local.get(need)]):
            reason = local[cells[0]]
        local[each.id] = reason
        for name in binds.union(each.defines):
            givers[name] = [each.id]
        for name in changes - binds:
            givers.setdefault(name, []).append(each.id)
        linked.append(Linked(each, needs, reason))
    return linked


def why_local(step: Source) -> str:
    """Return what keeps a step itself out of the browser: a package, or its author; or nothing."""
    if "local" in step.tags:
        return next(missing(step.source), "local")
    return next(missing(step.source), "")


def missing(source: str) -> Iterator[str]:
    """Yield the packages that a cell imports and the browser does not have."""
    for module in imported(parse(source)):
        yield from missing_for(module)


def missing_for(module: str) -> list[str]:
    top = module.partition(".")[0]
    if top in IN_THE_BROWSER or top in sys.stdlib_module_names:
        return []
    return own_missing(module) if top in OWN else [NAMES.get(top, top)]


@cache
def own_missing(module: str) -> list[str]:
    """Return what one of our own modules, as it loads, imports and the browser does not have."""
    found: dict[str, None] = {}
    seen, waiting = {module}, [module]
    while waiting:
        for name in imported_at_once(waiting.pop()):
            if name.partition(".")[0] not in OWN:
                found.update(dict.fromkeys(missing_for(name)))
            elif name not in seen:
                seen.add(name)
                waiting.append(name)
    return list(found)


def imported_at_once(module: str) -> Iterator[str]:
    """Yield what one of our own modules imports when it is imported itself."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if file.is_file():  # else a function of a module, or one that is made at installation
        for node in ast.parse(file.read_text("utf-8")).body:
            yield from modules_of(node)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        yield from modules_of(node)


def modules_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parse(source: str) -> ast.Module:
    """Return the cell as a tree; one that is not plain Python has none, and stays local."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse("import IPython_magic")


def names(source: str) -> tuple[set[str], set[str], set[str]]:
    """Return the names that a cell reads from outside, binds, and changes in place."""
    reader = _Reader()
    for statement in parse(source).body:
        reader.visit(statement)
    return reader.reads - set(dir(builtins)), reader.binds, reader.changes


class _Reader(ast.NodeVisitor):
    """Goes through a cell in the order in which it runs."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.binds: set[str] = set()
        self.changes: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id not in self.binds:
                self.reads.add(node.id)
        else:
            self.binds.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        self.target(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        base = _base(node.target)
        if base is not None and base not in self.binds:
            self.reads.add(base)
            self.changes.add(base)
        self.target(node.target)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.target(node.target)
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.binds.add((alias.asname or alias.name).partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.binds.add(alias.asname or alias.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for outside in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
            if outside is not None:
                self.visit(outside)
        self.binds.add(node.name)
        self.scope(node.body, node.args)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        self.scope([node.body], node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outside in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.visit(outside)
        self.binds.add(node.name)
        self.scope(node.body, None)

    def comprehension(self, node: ast.AST) -> None:
        self.scope(list(ast.iter_child_nodes(node)), None)

    visit_ListComp = comprehension  # noqa: N815
    visit_SetComp = comprehension  # noqa: N815
    visit_DictComp = comprehension  # noqa: N815
    visit_GeneratorExp = comprehension  # noqa: N815

    def scope(self, body: list[ast.AST], arguments: ast.arguments | None) -> None:
        """Read a scope of its own: what it binds stays inside, what it misses comes from outside."""
        inner = _Reader()
        if arguments is not None:
            inner.binds |= {node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)}
        # A name that is bound anywhere in a scope is the scope's own everywhere in it.
        for node in body:
            for each in ast.walk(node):
                if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
                    inner.binds.add(each.id)
        for node in body:
            inner.visit(node)
        self.reads |= inner.reads - self.binds

    def target(self, target: ast.expr) -> None:
        base = _base(target)
        if not isinstance(target, ast.Name) and base is not None and base not in self.binds:
            self.changes.add(base)
        self.visit(target)


def _base(target: ast.expr) -> str | None:
    """Return ``a`` of ``a.b[0]``, for what is changed in place."""
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None
