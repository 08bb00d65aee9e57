"""Which names of a piece of Python stand for something outside of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Using = ast.Name | ast.Global | ast.Nonlocal
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def held(node: Using) -> list[str]:
    """The names that a node uses or declares."""
    return [node.id] if isinstance(node, ast.Name) else node.names


@dataclass(frozen=True)
class _Scope:
    names: set[str]
    of_class: bool = False


class Outside(ast.NodeVisitor):
    """`nodes`: where a tree uses a name that it does not bind itself, or declares it global."""

    def __init__(self, tree: ast.AST) -> None:
        self.nodes: list[Using] = []
        self.scopes: list[_Scope] = []
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        """Walk a tree, scope by scope."""
        if isinstance(node, FUNCTIONS):
            body = node.body if isinstance(node.body, list) else [node.body]
            names = _bound(body) | {arg.arg for arg in _arguments(node.args)}
            self.each(getattr(node, "decorator_list", ()))
            self.each([*node.args.defaults, *(d for d in node.args.kw_defaults if d)])
            self.each([arg.annotation for arg in _arguments(node.args) if arg.annotation])
            self.each([returns] if (returns := getattr(node, "returns", None)) else ())
            self.inside(_Scope(names), body)
        elif isinstance(node, ast.ClassDef):
            self.each([*node.decorator_list, *node.bases, *node.keywords])
            self.inside(_Scope(_bound(node.body), of_class=True), node.body)
        elif isinstance(node, COMPREHENSIONS):
            self.visit(node.generators[0].iter)
            names = _bound([part.target for part in node.generators])
            parts = [getattr(node, name, None) for name in ("elt", "key", "value")]
            parts += [part.iter for part in node.generators[1:]]
            parts += [test for part in node.generators for test in part.ifs]
            self.inside(_Scope(names), [part for part in parts if part])
        elif isinstance(node, ast.Name):
            if not self.is_bound(node.id):
                self.nodes.append(node)
        elif isinstance(node, ast.Global):
            self.nodes.append(node)
        elif isinstance(node, ast.Nonlocal):
            if not any(map(self.is_bound, node.names)):
                self.nodes.append(node)
        else:
            self.generic_visit(node)

    def each(self, nodes: Iterable[ast.AST]) -> None:
        """Walk several trees in the same scope."""
        for node in nodes:
            self.visit(node)

    def inside(self, scope: _Scope, nodes: Iterable[ast.AST]) -> None:
        """Walk the trees in a scope of their own; what a class binds, its functions do not see."""
        before = self.scopes
        self.scopes = [*(each for each in before if not each.of_class), scope]
        self.each(nodes)
        self.scopes = before

    def is_bound(self, name: str) -> bool:
        """Whether a scope that is open binds the name."""
        return any(name in scope.names for scope in self.scopes)


def _arguments(args: ast.arguments) -> list[ast.arg]:
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [arg for arg in every if arg]


def _bound(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that statements or targets bind in the scope in which they stand."""
    names, declared = set(), set()
    for node in _of_this_scope(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            declared.update(node.names)
    return names - declared


def _of_this_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes below, without what functions, classes and comprehensions bind for themselves."""
    for node in nodes:
        yield node
        if isinstance(node, COMPREHENSIONS):  # there, := binds for the scope around
            found = (each for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
            yield from (each.target for each in found)
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield from _of_this_scope(ast.iter_child_nodes(node))
