"""Change one thing in a function: a comparison, an operator, a condition, a return value or a call.

Tables and other module-level code stay unchanged: other tests cover them.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
}
SPOKEN = ("log", "logging", "_", "gettext", "ngettext")  # messages are not changed
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """`path`: the outermost function, as its name or as its class and name."""

    file: str
    path: tuple[str, ...]
    start: int
    line: int
    was: str
    code: CodeType


def mutants_of(file: str, source: str) -> Iterator[Mutant]:
    for path, function in _functions(ast.parse(source)):
        for number in range(len(list(_places(function)))):
            changed = copy.deepcopy(function)
            node, kind = list(_places(changed))[number]
            line, was = node.lineno, f"{kind}: {ast.unparse(node).splitlines()[0][:90]}"
            _turn_round(node, kind)
            yield Mutant(file, path, function.lineno, line, was, _compiled(file, path, changed))


def _functions(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], Function]]:
    for node in tree.body:
        if isinstance(node, Function):
            yield (node.name,), node
        elif isinstance(node, ast.ClassDef):
            yield from (((node.name, inner.name), inner) for inner in node.body if isinstance(inner, Function))


def _places(function: Function) -> Iterator[tuple[Any, str]]:
    """Yield (node, change) in the order of the source."""
    for statement in function.body:
        for node in _walk(statement):
            if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
                yield node, "compare"
            elif isinstance(node, (ast.BoolOp, ast.BinOp)) and type(node.op) in OTHER:
                yield node, "operator"
            elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
                yield node, "condition"
            elif isinstance(node, ast.Constant) and type(node.value) in (bool, int):
                yield node, "constant"
            elif isinstance(node, ast.Return) and not _is_none(node.value):
                yield node, "return"
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield node, "call"


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree without annotations and messages."""
    if _is_spoken(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _is_spoken(node: ast.AST) -> bool:
    """Return whether the node is a docstring, a log message or a text for users."""
    inside = node.value if isinstance(node, ast.Expr) else node
    if isinstance(inside, ast.Call):
        return _root(inside.func) in SPOKEN
    return isinstance(node, ast.Expr) and isinstance(inside, ast.Constant)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_none(node: ast.AST | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _turn_round(node: Any, kind: str) -> None:
    match kind:
        case "compare":
            node.ops[0] = OTHER[type(node.ops[0])]()
        case "operator":
            node.op = OTHER[type(node.op)]()
        case "condition":
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        case "constant":
            node.value = not node.value if isinstance(node.value, bool) else node.value + 1
        case "return":
            node.value = ast.copy_location(ast.Constant(None), node)
        case "call":
            node.value = ast.copy_location(ast.Constant(None), node)


def _compiled(file: str, path: tuple[str, ...], function: Function) -> CodeType:
    function.decorator_list = []
    body: Any = function
    for name in reversed(path[:-1]):
        body = ast.ClassDef(name, [], [], [body], [])
    tree = ast.fix_missing_locations(ast.Module([body], []))
    found = compile(tree, file, "exec")
    for name in path:
        found = next(part for part in found.co_consts if isinstance(part, CodeType) and part.co_name == name)
    return found


def functions_at(module: Any, path: tuple[str, ...]) -> list[FunctionType]:
    """Return the function objects that must get the changed code.

    Empty for one without a reachable name, or a closure.
    """
    found: Any = module
    for name in path:
        found = vars(found).get(name)
        if found is None:
            return []
    for inside in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inside, found)
    return [found] if isinstance(found, FunctionType) and not found.__code__.co_freevars else []
