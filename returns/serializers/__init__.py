"""What the API takes (`asked`) and tells (`told`) about returns, and its shapes for OpenAPI.

Answers are plain dicts; the Shape classes describe them.
"""
