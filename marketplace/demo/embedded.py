"""PostgreSQL and Valkey for a checkout that names no servers (placeholder addresses until started)."""


def database_url() -> str:
    return "postgres://nobody:nothing@127.0.0.1:1/marketplace"


def redis_url() -> str:
    return "redis://127.0.0.1:1/0"
