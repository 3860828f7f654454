"""What can be done wrong at one node of a syntax tree, as functions that do it in place."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
COMPARISONS: dict[type, list[type]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
GUARDING = {"joined", "atomic"}  # decorators that a rule about money leans on
NARROWING = (".filter", ".update")  # calls whose arguments are conditions or columns

Change = Callable[[], ast.AST | None]  # returns what it takes away, if it takes away


def changes_of(node: ast.AST) -> Iterator[Change]:
    """Every change at this node itself; what is below it has its own."""
    for kind, changes in _CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)
    yield from _steps_left_out(node)


def _compare(node: ast.Compare) -> Iterator[Change]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            yield _set(node.ops, i, other())


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    right = node.right if isinstance(node, ast.BinOp) else node.value
    fills_in = isinstance(node.op, ast.Mod) and isinstance(right, ast.Dict | ast.Tuple)
    if type(node.op) in ARITHMETIC and not fills_in:
        yield _put(node, "op", ARITHMETIC[type(node.op)]())


def _and_or(node: ast.BoolOp) -> Iterator[Change]:
    yield _put(node, "op", ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for i in range(len(node.values)):
        yield _set(node.values, i, ast.Constant(isinstance(node.op, ast.And)))


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not):
        yield _put(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node.op, ast.USub):
        yield _put(node, "op", ast.UAdd())


def _constant(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            yield _put(node, "value", not node.value)
        case int():
            yield _put(node, "value", node.value + 1)
        case str() if node.value and " " not in node.value:  # a code, not a sentence
            yield _put(node, "value", node.value + "x")


def _name(node: ast.Name) -> Iterator[Change]:
    if node.id in NAMES:
        yield _put(node, "id", NAMES[node.id])


def _members(node: Any) -> Iterator[Change]:
    assigned_to = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
    if len(node.elts) > 1 and not assigned_to:
        yield from _each_deleted(node.elts)


def _condition(node: ast.If | ast.IfExp) -> Iterator[Change]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # these are turned by themselves
        yield _put(node, "test", ast.UnaryOp(ast.Not(), node.test))


def _comprehension(node: ast.comprehension) -> Iterator[Change]:
    if node.ifs:
        yield _put(node, "ifs", [])


def _return(node: ast.Return) -> Iterator[Change]:
    if node.value is not None:
        yield _put(node, "value", ast.Constant(None))


def _call(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        yield _become(node, node.func.value)  # one link of a chain is missing
    if len(node.keywords) > 1 and ast.unparse(node.func).endswith(NARROWING):
        yield from _each_deleted(node.keywords)


def _guard(node: ast.match_case) -> Iterator[Change]:
    if node.guard:
        yield _put(node, "guard", None)


def _alternatives(node: ast.MatchOr) -> Iterator[Change]:
    for i in range(len(node.patterns)):  # one counts for another, since one alone is no MatchOr
        yield _set(node.patterns, i, node.patterns[i - 1])


def _decorators(node: ast.FunctionDef) -> Iterator[Change]:
    for i, word in enumerate(node.decorator_list):
        if ast.unparse(word).rpartition(".")[2] in GUARDING:
            yield _delete(node.decorator_list, i)


_CHANGES: dict[Any, Callable[[Any], Iterator[Change]]] = {
    ast.Compare: _compare,
    ast.BinOp | ast.AugAssign: _arithmetic,
    ast.BoolOp: _and_or,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Set | ast.Tuple | ast.List: _members,
    ast.If | ast.IfExp: _condition,
    ast.comprehension: _comprehension,
    ast.Return: _return,
    ast.Call: _call,
    ast.match_case: _guard,
    ast.MatchOr: _alternatives,
    ast.Match: lambda node: _each_deleted(node.cases),
    FUNCTIONS: _decorators,
}


def _steps_left_out(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.ClassDef | ast.Module):
        return
    for steps in (getattr(node, "body", None), getattr(node, "orelse", None)):
        if isinstance(steps, list):
            for i, step in enumerate(steps):
                if _does_something(step):
                    yield _leave_out(steps, i)


def _does_something(step: ast.stmt) -> bool:
    """Whether the rest can run without it: no docstring, and no name that others read."""
    if isinstance(step, ast.Assign):
        return isinstance(step.targets[0], ast.Attribute | ast.Subscript)
    docstring = isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    return isinstance(step, ast.Expr | ast.Raise | ast.AugAssign | ast.Delete) and not docstring


def _leave_out(steps: list, i: int) -> Change:
    def change():
        step, steps[i] = steps[i], ast.Pass()
        return step

    return change


def _become(node: ast.AST, inner: ast.AST) -> Change:
    def change():
        node.__dict__.update(inner.__dict__)

    return change


def _put(node: ast.AST, name: str, value: object) -> Change:
    def change():
        setattr(node, name, value)

    return change


def _set(values: list, i: int, value: object) -> Change:
    def change():
        values[i] = value

    return change


def _each_deleted(values: list) -> Iterator[Change]:
    return (_delete(values, i) for i in range(len(values)))


def _delete(values: list, i: int) -> Change:
    return lambda: values.pop(i)
