# The product as one image. compose.yaml shows what it needs to run: the variables, the secrets as
# files, a database of its own, and `manage.py migrate` before it is served. Without a container for
# the database, SQLite needs a volume on /app/var, for the migration and the server alike.

FROM python:3.13-slim AS build
WORKDIR /app
# Without pip, which nobody needs later.
RUN python -m venv --without-pip .venv
COPY requirements.txt ./
RUN pip --python .venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --require-hashes --only-binary :all: --requirement requirements.txt
# The product speaks French and English: half of what was installed is other languages.
RUN find .venv/lib -type d -path '*/django/*/locale/*' -prune ! -name en ! -name fr \
    ! -name __pycache__ -exec rm -r {} + \
 && find .venv/lib -path '*/babel/locale-data/*' ! -name 'root*' ! -name 'en*' ! -name 'fr*' -delete \
 && find .venv/lib -name '*.po' -delete
COPY . .
# Bytecode that is never checked against its source: nobody changes either, or could write it.
RUN .venv/bin/python script/messages.py --compile \
 && .venv/bin/python manage.py collectstatic --no-input \
 && .venv/bin/python -m compileall -q --invalidation-mode unchecked-hash curation .venv/lib \
 && rm -rf script

FROM python:3.13-slim
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 WEB_CONCURRENCY=2
WORKDIR /app
COPY --from=build /app /app
# SQLite's place, the only one that is ever written to; with PostgreSQL none is.
RUN mkdir -p var && chown 10001:10001 var
VOLUME /app/var
USER 10001:10001
EXPOSE 8000
# Not through a proxy that the environment may name for the portal, hence no urlopen.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
  "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=3); c.request('GET', '/healthz'); exit(c.getresponse().status != 200)"]
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--access-logfile=-", "curation.wsgi"]
