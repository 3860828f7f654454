"""What Jinja2 writes of pages (docs/adr/0010-jinja-where-it-counts.md).

A template `*.jinja` holds the rows of a long list, or a part of the frame around every page; the
page itself is Django's. It has our own few filters and functions, the words by `_()` and
`ngettext()`, escapes whatever is not HTML of ours, and refuses a name that it was not given.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template import engines
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext, ngettext, override
from django_htmx.jinja import htmx_script
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import _escape_inner, escape

from core import cells, formats
from core.icons import draw


def write_part(template_name: str, given: Mapping[str, Any]) -> SafeString:
    """What this template makes of what it is given, for who reads now."""
    template = _environment_for(formats.reader()).get_template(template_name)
    return SafeString(template.render(given))


class _Generator(CodeGenerator):
    """Writes HTML of ours as it is, instead of wrapping each cell into Markup anew, which takes as
    long as everything else of a row together."""

    def _output_child_pre(self, node, frame, finalize) -> None:
        escapes = frame.eval_ctx.autoescape and not frame.eval_ctx.volatile
        if escapes and finalize.src is None:
            self.write("environment.globals['escaped'](")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Getattr(self, node, frame) -> None:  # noqa: N802 - Jinja names it so
        """A dot is an attribute and nothing else; what is an item is written `row["name"]`."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")


def _escaped(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is SafeString else escape(value)


class _Template(Template):
    """Is one text for what extends or includes it, which would else hand on each piece of it."""

    @classmethod
    def _from_namespace(cls, environment, namespace, globals):  # noqa: A002 - Jinja names it so
        template = super()._from_namespace(environment, namespace, globals)
        template.root_render_func = _whole(template.root_render_func)
        template.blocks = {name: _whole(block) for name, block in template.blocks.items()}
        return template


def _whole(write: Callable[..., Iterable[str]]) -> Callable[..., Iterator[str]]:
    def whole(context: Any) -> Iterator[str]:
        yield "".join(write(context))

    return whole


class _Words(NodeTransformer):
    """Puts words into a template once, when it is compiled: it is for one language."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja names it so
        self.generic_visit(node)
        said = isinstance(node.node, nodes.Name) and node.node.name == "_" and node.args
        if said and isinstance(node.args[0], nodes.Const):
            return nodes.Const(gettext(node.args[0].value), lineno=node.lineno)
        return node


class _Environment(Environment):
    code_generator_class = _Generator
    template_class = _Template
    language = "en"

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with override(self.language):
            return _Words().visit(super()._parse(source, name, filename))


@lru_cache(maxsize=256)
def _environment_for(reader: formats.Reader) -> Environment:
    """One for each language and zone, so that a cell need not ask for either, and no word is looked
    up twice. Templates are compiled once in each."""
    own = cells.cells_for(reader)
    environment = _Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.DEBUG,
        cache_size=-1,
    )
    environment.language = reader.language
    environment.globals.update(
        ngettext=ngettext,
        escaped=_escaped,
        htmx_script=_htmx_script,
        language=reader.language,
        right_to_left=get_language_bidi(),
        countdown_words=json.dumps(formats.span_words(reader)),
    )
    environment.filters.update(
        avatar=cells.avatar,
        badge=own.badge,
        countdown=own.countdown,
        dash=cells.dash,
        day=own.day,
        explained_badge=own.explained_badge,
        grouped=lambda number: formats.grouped(number, reader),
        icon=draw,
        money=own.money,
        number_url=cells.number_url,
        page_url=cells.address,
        recently=own.recently,
        select_box=own.select_box,
        static=cache(static),
        thumb=cells.thumb,
        when=own.when,
    )
    return environment


@cache
def _htmx_script() -> SafeString:
    return htmx_script()


@lru_cache(maxsize=1)
def _loader() -> FileSystemLoader:
    return FileSystemLoader(engines["django"].dirs)
