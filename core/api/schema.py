from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """The OpenAPI document's operations."""
