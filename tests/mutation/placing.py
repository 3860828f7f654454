"""Puts a mutant into the running process, so that a warm one can be forked for each.

The product's modules are imported long before, and others hold their functions and tables by
reference. So a function gets the mutant's code, and a table its new value wherever it is held.
"""

import ast
import sys
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import Mutant


def place(mutant: Mutant) -> None:
    """Make this process run the mutant. Raises LookupError where there is nothing to change."""
    module = import_module(mutant.file.removesuffix(".py").replace("/", "."))
    if mutant.decorator:
        owner, name = _owner(module, mutant.place)
        _replace_everywhere(owner, name, vars(owner)[name].__wrapped__)
    elif mutant.in_function:
        owner, name = _owner(module, mutant.place)
        code = _code_of(compile(mutant.tree, module.__file__, "exec"), mutant.place.split("."))
        _innermost(vars(owner)[name]).__code__ = code
    else:
        _set_tables(module, mutant)


def _owner(module: ModuleType, place: str) -> tuple[Any, str]:
    *classes, name = place.split(".")
    owner: Any = module
    for class_name in classes:
        owner = getattr(owner, class_name)
    return owner, name


def _innermost(found: Any) -> FunctionType:
    """The function behind a property, a class method, and what wraps it."""
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found


def _code_of(code: CodeType, place: list[str]) -> CodeType:
    for name in place:
        inner = [const for const in code.co_consts if isinstance(const, CodeType)]
        code = next(const for const in inner if const.co_name == name)
    return code


def _set_tables(module: ModuleType, mutant: Mutant) -> None:
    """Evaluate the assignment again that was changed, in its module or class."""
    body = mutant.chain[-1].body
    owner: Any = module
    for name in mutant.place.split(".") if mutant.place else ():
        owner = getattr(owner, name)
    changed = False
    for step in body:
        if isinstance(step, ast.Assign | ast.AnnAssign) and _holds(step, mutant.line):
            target = step.targets[0] if isinstance(step, ast.Assign) else step.target
            expression = compile(ast.Expression(step.value), str(module.__file__), "eval")
            value = eval(expression, vars(module), dict(vars(owner)))
            _replace_everywhere(owner, target.id, value)
            changed = True
    if not changed:
        raise LookupError(f"Nothing to change: {mutant}")


def _holds(step: ast.stmt, line: int) -> bool:
    return step.lineno <= line <= (step.end_lineno or step.lineno)


def _replace_everywhere(owner: Any, name: str, value: Any) -> None:
    old = vars(owner)[name]
    if isinstance(old, dict | set):
        old.clear()
        old.update(value)
        return
    # Modules import it under its own name; an equal word elsewhere need not be this one.
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and vars(module).get(name) is old:
            setattr(module, name, value)
    for function in vars(owner).values():  # a default value was read when the function was made
        defaults = getattr(function, "__defaults__", None) or ()
        if any(default is old for default in defaults):
            function.__defaults__ = tuple(value if held is old else held for held in defaults)
    setattr(owner, name, value)
