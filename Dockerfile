# The image behind every service of docker-compose.yml. Build it with `docker compose build`.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements/app.txt requirements/sms.txt /tmp/
# The second is for SMS_URL=twilio://… alone.
RUN /venv/bin/pip install --require-hashes -r /tmp/app.txt -r /tmp/sms.txt
WORKDIR /app
COPY manage.py gunicorn.conf.py ./
COPY clinic clinic
COPY patients patients
COPY treatments treatments
COPY scheduling scheduling
COPY docs/data-retention.yaml docs/data-retention.yaml
# Collecting needs settings that start, but nothing behind them; none of these values stays.
RUN SECRET_KEY=collecting-static-files-needs-no-secret \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost:6379/0 \
    sh -c "/venv/bin/python manage.py texts --compile && /venv/bin/python manage.py collectstatic --noinput"

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin dorsa
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["gunicorn", "clinic.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--graceful-timeout", "20", "--worker-tmp-dir", "/tmp"]
