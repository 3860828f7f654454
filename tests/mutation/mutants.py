"""Small wrong changes to a source: each is a tree of the whole module with one thing changed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.changes import FUNCTIONS, changes_of

# Words for people, and for programmers who did something wrong: no rule stands in them.
WORDS_FOR_PEOPLE = {"_", "_lazy", "gettext_lazy", "ValueError"}
DECLARED = ("Meta",)  # columns and constraints live in migrations
NOT_TABLES = ("Enum", "StrEnum", "TextChoices", "Protocol")


@dataclass(frozen=True)
class Mutant:
    """`place` names the function, or the class or module whose table it is."""

    file: str
    line: int
    place: str
    before: str
    after: str
    tree: ast.Module
    decorator: bool = False

    @property
    def in_function(self) -> bool:
        return not self.decorator and isinstance(self.chain[-1], FUNCTIONS)

    @property
    def cached(self) -> bool:
        """Entered once per process: it cannot be seen which tests need it."""
        words = getattr(self.chain[-1], "decorator_list", [])
        return any(ast.unparse(word) == "cache" for word in words)

    @property
    def chain(self) -> list[ast.AST]:
        """The module, and the classes and the outermost function that lead to the place."""
        found: list[ast.AST] = [self.tree]
        for name in self.place.split(".") if self.place else ():
            found.append(next(child for child in found[-1].body if _name(child) == name))
        return found

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.place or 'table'}: {self.before} → {self.after}"

    @property
    def key(self) -> str:
        """What a judgement is filed under: survives changes of other lines."""
        return f"{self.file} {self.place}: {self.before} → {self.after}"


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Every mutant of this source, each different from it and from every other one."""
    unchanged = ast.parse(source)
    nodes, statement_of = list(ast.walk(unchanged)), _statements(unchanged)
    as_it_is = tuple(map(ast.unparse, unchanged.body))
    seen = {as_it_is}
    found = []
    for at, place in _sites(unchanged):
        for which in range(len(list(changes_of(nodes[at])))):
            tree = ast.parse(source)
            node = list(ast.walk(tree))[at]
            line, before = _line(node), _short(node)
            gone = list(changes_of(node))[which]()
            if gone is None:
                after = _short(node)
            elif isinstance(gone, ast.stmt) or isinstance(node, FUNCTIONS):
                line, before, after = _line(gone), _short(gone), "left out"
            else:
                line = _line(gone)
                after = f"without {_short(gone)}"
            ast.fix_missing_locations(tree)
            text = _text(tree, as_it_is, statement_of.get(id(nodes[at])))
            if text not in seen:
                seen.add(text)
                decorator = isinstance(gone, ast.expr) and isinstance(node, FUNCTIONS)
                found.append(Mutant(file, line, place, before, after, tree, decorator))
    return found


def _statements(tree: ast.Module) -> dict[int, int]:
    """In which of the module's own statements each node stands."""
    return {id(node): at for at, own in enumerate(tree.body) for node in ast.walk(own)}


def _text(tree: ast.Module, as_it_is: tuple[str, ...], changed: int | None) -> tuple[str, ...]:
    """The module's statements as text; only the changed one has to be written anew."""
    if changed is None:
        return tuple(map(ast.unparse, tree.body))
    return (*as_it_is[:changed], ast.unparse(tree.body[changed]), *as_it_is[changed + 1 :])


def _sites(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The numbers (in ast.walk order) of the nodes that may be changed, and where they are."""
    numbers = {id(node): at for at, node in enumerate(ast.walk(tree))}

    def inside(node: ast.AST, place: str, function: bool) -> Iterator[tuple[int, str]]:
        yield numbers[id(node)], place
        for child in _rule_bearing(node, function):
            name = _name(child)
            if name and not function:
                inner = f"{place}.{name}".lstrip(".")
                yield from inside(child, inner, isinstance(child, FUNCTIONS))
            else:
                yield from inside(child, place, function)

    yield from inside(tree, "", False)


def _rule_bearing(node: ast.AST, function: bool) -> Iterator[ast.AST]:
    if isinstance(node, FUNCTIONS):
        yield from node.body
    elif isinstance(node, ast.ClassDef):
        bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        if node.name not in DECLARED and not bases & set(NOT_TABLES):
            data = any("dataclass" in ast.unparse(word) for word in node.decorator_list)
            yield from (
                child for child in node.body if not (data and isinstance(child, ast.AnnAssign))
            )
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        if node.value and (function or not _is_declaration(node.value)):
            yield node.value
    elif not _is_for_people(node):
        skipped = {"annotation", "returns", "ctx", "slice" if _is_type(node) else ""}
        for name, value in ast.iter_fields(node):
            if name not in skipped:
                values = value if isinstance(value, list) else [value]
                yield from (child for child in values if isinstance(child, ast.AST))


def _is_declaration(value: ast.AST) -> bool:
    """A column, a manager, a lazy sentence or a type: nothing that a rule reads."""
    if isinstance(value, ast.Call):
        return True
    return _is_type(value) or isinstance(value, ast.BinOp)


def _is_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"tuple", "dict", "list"}


def _is_for_people(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return called and node.func.id in WORDS_FOR_PEOPLE


def _name(node: ast.AST) -> str | None:
    return node.name if isinstance(node, ast.ClassDef | FUNCTIONS) else None


def _line(node: ast.AST) -> int:
    return next(child.lineno for child in ast.walk(node) if hasattr(child, "lineno"))


def _short(node: ast.AST) -> str:
    try:
        text = ast.unparse(node).strip()
    except (AttributeError, ValueError):
        text = type(node).__name__
    lines = text.splitlines() or [""]
    text = lines[0] if len(lines) == 1 else f"{lines[0]} …"
    return text if len(text) <= 100 else f"{text[:99]}…"
