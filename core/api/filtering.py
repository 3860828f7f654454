"""Filters of lists by query parameters. A parameter that nobody knows is refused, not ignored."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend

from core.errors import InvalidInput, Problems


class AskedFilters(DjangoFilterBackend):
    """The view's FilterSet, without the filters that were not asked for: those would change
    nothing, and making their form fields takes longer than the rest of a list's filtering."""

    def get_filterset(self, request, queryset, view) -> FilterSet | None:
        filterset_class = self.get_filterset_class(view, queryset)
        if filterset_class is None:
            return None
        filter_of = parameters_of(filterset_class, queryset.model)
        asked = frozenset(filter_of[name] for name in request.query_params if name in filter_of)
        narrowed = _narrowed(filterset_class, asked)
        return narrowed(**self.get_filterset_kwargs(request, queryset, view))


@lru_cache(maxsize=1024)
def _narrowed(filterset_class: type[FilterSet], asked: frozenset[str]) -> type[FilterSet]:
    others = {name: None for name in filterset_class.base_filters if name not in asked}
    return type(filterset_class.__name__, (filterset_class,), others)


@cache
def parameters_of(filterset_class: type[FilterSet], model: type[Model]) -> Mapping[str, str]:
    """{query parameter: filter}; a range has two parameters, each with its suffix."""
    nothing = model._default_manager.none()
    fields: dict[str, Any] = filterset_class(data={}, queryset=nothing).form.fields
    return {
        parameter: name
        for name, field in fields.items()
        for parameter in (
            [f"{name}_{suffix}" for suffix in field.widget.suffixes]
            if getattr(field.widget, "suffixes", None)
            else [name]
        )
    }


def refuse_unknown(query_params: Mapping[str, str], known: set[str]) -> None:
    """Raises Problems, one for each parameter that is not `known`."""
    unknown = [name for name in query_params if name not in known]
    if not unknown:
        return
    allowed = sorted(known)
    words = _("There is no such parameter. These may be given: %(allowed)s.")
    raise Problems(
        [
            InvalidInput(
                words % {"allowed": ", ".join(allowed)},
                field=name,
                code="unknown_parameter",
                allowed=allowed,
            )
            for name in unknown
        ]
    )
