"""The source of a function or class as a student would have written it, so that it stands alone.

A mistake borrows: it calls the solution, a helper of its module, a constant, what its module
imports, or a variable of the function around it. All of that comes along, under names of its own,
so that a cell of a notebook that holds the text defines what it should and nothing else.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.scopes import Outside, held


class NoSource(Exception):
    """Something that cannot be written down; the message says what."""


def source_as(function: Any, name: str) -> str:
    """The source of `function` under `name`, with all that it borrows; it needs `np` alone.

    Raises
    ------
    NoSource
        Where it borrows what has no source: an array around it, an object.
    """
    writer = _Writer()
    main = writer.definition(function, name)
    return "\n\n\n".join([*(text for text in writer.texts.values() if text), main])


class _Writer:
    """Gathers what is borrowed, each thing once, and what it needs itself before it."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}  # by private name
        self.texts: dict[str, str] = {}  # in the order in which they are complete

    def definition(self, function: Any, name: str) -> str:
        tree = _tree(function)
        if not isinstance(tree, ast.Lambda):
            tree.decorator_list = []  # what registers a mistake is no part of it
        renamed = self.borrow(tree, _closure(function), inspect.getmodule(function))
        if isinstance(tree, ast.Lambda):
            return f"{name} = {ast.unparse(_rename(tree, renamed))}"
        return ast.unparse(_rename(tree, {**renamed, tree.name: name}))

    def borrow(self, tree: ast.AST, closure: dict[str, Any], module: Any) -> dict[str, str]:
        """Take along what stands outside of `tree`; returns the names that it gets."""
        renamed = {}
        for used in _names(tree):
            if used in closure:
                renamed[used] = self.value(used, closure[used])
            elif used in vars(module) and used != "np":
                renamed[used] = self.of_module(used, module)
        return renamed

    def of_module(self, used: str, module: Any) -> str:
        value = vars(module)[used]
        statement = _binding(module, used)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            expression = statement.value

            def text() -> str:
                renamed = self.borrow(expression, {}, module)
                return ast.unparse(_rename(expression, renamed))

            return self.add(used, value, lambda name: f"{name} = {text()}")
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            return self.value(used, value)
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(
            "solutions"
        ):
            alias = next(a for a in statement.names if (a.asname or a.name) == used)
            home = importlib.import_module(statement.module or "")
            return self.of_module(alias.name, home)
        alias = next(a for a in statement.names if (a.asname or a.name) == used)
        origin = f"from {statement.module} " if isinstance(statement, ast.ImportFrom) else ""
        return self.add(used, value, lambda name: f"{origin}import {alias.name} as {name}")

    def value(self, used: str, value: Any) -> str:
        if inspect.isfunction(value) or inspect.isclass(value):
            return self.add(used, value, lambda name: self.definition(value, name))
        if isinstance(value, np.ufunc) or getattr(value, "__module__", "") == "numpy":
            return self.add(used, value, lambda name: f"{name} = np.{value.__name__}")
        if not _is_literal(value):
            raise NoSource(f"`{used}` is a {type(value).__name__}, which has no source")
        return self.add(used, value, lambda name: f"{name} = {value!r}")

    def add(self, used: str, value: Any, write: Any) -> str:
        """Write down `value` unless it is there; returns its private name."""
        name = f"my_{used}"
        while name in self.values and self.values[name] is not value:
            name += "_"
        if name not in self.values:
            self.values[name] = value
            text = write(name)
            self.texts[name] = text
        return name


def _tree(function: Any) -> Any:
    """The definition as a tree, the reader's own to change."""
    if inspect.isclass(function):
        return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    code = function.__code__
    wanted = code.co_varnames[: code.co_argcount]
    for node in ast.walk(ast.parse(_module_source(inspect.getmodule(function)))):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            first = min([node, *getattr(node, "decorator_list", ())], key=lambda n: n.lineno)
            arguments = tuple(arg.arg for arg in [*node.args.posonlyargs, *node.args.args])
            if first.lineno == code.co_firstlineno and arguments == wanted:
                return node
    raise NoSource(f"the definition of {function.__qualname__} was not found")


@functools.cache
def _module_source(module: Any) -> str:
    return inspect.getsource(module)


def _binding(module: Any, name: str) -> ast.stmt | None:
    """The statement of a module that gives `name` its value, if it stands at the top."""
    found = None
    for statement in ast.parse(_module_source(module)).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            bound = [alias.asname or alias.name for alias in statement.names]
        elif isinstance(statement, ast.Assign):
            bound = [t.id for t in statement.targets if isinstance(t, ast.Name)]
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            bound = [statement.target.id]
        else:
            continue
        if name in bound:
            found = statement
    return found


def _closure(function: Any) -> dict[str, Any]:
    """The variables of the function around it, also for the methods of a class."""
    found: dict[str, Any] = {}
    methods = vars(function).values() if inspect.isclass(function) else [function]
    for method in methods:
        if inspect.isfunction(method) and method.__closure__:
            names = method.__code__.co_freevars
            cells = dict(zip(names, method.__closure__, strict=True))
            found |= {name: cell.cell_contents for name, cell in cells.items()}
    found.pop("__class__", None)
    return found


def _names(tree: ast.AST) -> Iterator[str]:
    """The names that come from outside of a definition, by Python's own rules of scope."""
    own = {getattr(tree, "name", "")} | set(vars(builtins))
    used = (name for node in Outside(tree).nodes for name in held(node))
    yield from dict.fromkeys(name for name in used if name not in own)


def _rename(tree: Any, names: dict[str, str]) -> Any:
    for node in Outside(tree).nodes:
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        else:
            node.names = [names.get(name, name) for name in node.names]
    if not isinstance(tree, ast.expr):
        tree.name = names.get(tree.name, tree.name)
    return tree


def _is_literal(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False
