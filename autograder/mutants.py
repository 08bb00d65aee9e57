"""Mutants: copies of a solution with one small mechanical change each.

They measure the checks in a way that does not depend on which mistakes somebody thought of.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
FUNCTIONS = {
    "sum": ("mean",), "mean": ("sum",), "max": ("min",), "min": ("max",), "argmax": ("argmin",),
    "maximum": ("minimum",), "minimum": ("maximum",), "exp": ("expm1",), "log": ("log1p",),
    "log1p": ("log",), "zeros": ("ones",), "ones": ("zeros",), "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",), "var": ("std",), "std": ("var",), "tanh": ("sinh",),
    "sin": ("cos",), "cos": ("sin",), "sqrt": ("square",), "abs": ("negative",), "floor": ("ceil",),
}  # fmt: skip
DROPS_SECOND_OPERAND = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
DROPS_FIRST_OPERAND = (ast.Add, ast.Mult)


@dataclass(frozen=True)
class Mutant:
    """One changed copy of a solution; `change` says what was changed, on which line."""

    change: str
    function: Any


def mutants(solution: Any) -> Iterator[Mutant]:
    """Every mutant of a function or class, each in a namespace of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(solution)))
    namespace = vars(inspect.getmodule(solution))
    _drop_docstrings(tree)
    for number, node in enumerate(ast.walk(tree)):
        for change, replacement in _replacements(node):
            mutated = _replaced(tree, number, replacement)
            ast.fix_missing_locations(mutated)
            scope = dict(namespace)
            line = getattr(node, "lineno", 0)
            try:
                exec(compile(mutated, f"<mutant of {solution.__name__}>", "exec"), scope)
            except Exception:
                continue  # not a program: no test is needed to reject it
            yield Mutant(f"line {line}: {change}", scope[solution.__name__])


def _drop_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]


def _replaced(tree: ast.AST, number: int, replacement: ast.AST) -> Any:
    """A copy of `tree` whose node `number` (in the order of ast.walk) is `replacement`."""
    mutated = copy.deepcopy(tree)
    target = next(node for i, node in enumerate(ast.walk(mutated)) if i == number)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return copy.deepcopy(replacement) if node is target else self.generic_visit(node)

    return Replace().visit(mutated)


def _with(node: Any, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node may become, with a description."""
    if isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), ()):
            yield _said(node, _with(node, op=operator()))
        if isinstance(node.op, DROPS_SECOND_OPERAND):
            yield _said(node, node.left)
        if isinstance(node.op, DROPS_FIRST_OPERAND):
            yield _said(node, node.right)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for comparison in COMPARISONS.get(type(node.ops[0]), ()):
            yield _said(node, _with(node, ops=[comparison()]))
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield _said(node, node.operand)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield _said(node, node.value)
    elif isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
        for name in FUNCTIONS[node.attr]:
            yield _said(node, _with(node, attr=name))
    elif isinstance(node, ast.IfExp):
        yield _said(node, node.body)
        yield _said(node, node.orelse)
    elif isinstance(node, ast.If):
        yield "condition negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _said(node, _with(node, op=other))
    elif isinstance(node, ast.AugAssign):
        yield _said(node, ast.Assign([node.target], node.value))
        for operator in OPERATORS.get(type(node.op), ()):
            yield _said(node, _with(node, op=operator()))


def _said(before: ast.AST, after: ast.AST) -> tuple[str, ast.AST]:
    return f"{ast.unparse(before)} → {ast.unparse(ast.fix_missing_locations(after))}", after


def _other_constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield _said(node, ast.Constant(not value))
    elif isinstance(value, int):
        yield _said(node, ast.Constant(value + 1))
        if value:
            yield _said(node, ast.Constant(value - 1))
    elif isinstance(value, float):
        yield _said(node, ast.Constant(1.5 * value if value else 1.0))


def _other_calls(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for i, keyword in enumerate(node.keywords):
        rest = [k for j, k in enumerate(node.keywords) if j != i]
        yield f"{keyword.arg}= dropped from {ast.unparse(node)}", _with(node, keywords=rest)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name == "where" and len(node.args) == 3:
        test, yes, no = node.args
        yield _said(node, _with(node, args=[test, no, yes]))
    if name in ("copy", "astype", "reshape") and isinstance(node.func, ast.Attribute):
        yield _said(node, node.func.value)
    if len(node.args) == 1 and name in ("exp", "log", "sqrt", "tanh", "abs", "square", "maximum"):
        yield _said(node, node.args[0])
    if len(node.args) == 2 and name in ("maximum", "minimum"):
        yield _said(node, node.args[0])
