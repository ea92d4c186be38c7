# Two stages: compilers and the package manager stay behind, and the service runs as nobody special.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/teahorse
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY optimizer optimizer
COPY api api
COPY network-data network-data
# Versions of the lock, without the tools of development that it holds as well.
RUN sed -e '/--hash=/d' -e 's/ *\\$//' requirements.lock > constraints.txt \
    && /opt/teahorse/bin/pip install --no-cache-dir --constraint constraints.txt '.[postgres]'
ENV TEAHORSE_CACHE_DIR=/opt/teahorse/cache
# Kernels are compiled here, so that no container waits for a compiler.
RUN /opt/teahorse/bin/teahorse warm

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin teahorse \
    && install -d -o teahorse -g teahorse /var/lib/teahorse
COPY --from=build --chown=10001:10001 /opt/teahorse /opt/teahorse
ENV PATH=/opt/teahorse/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TEAHORSE_CACHE_DIR=/opt/teahorse/cache \
    TEAHORSE_STATE_DIR=/var/lib/teahorse
USER 10001
VOLUME /var/lib/teahorse
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/v1/health/ready', timeout=2)"]
CMD ["teahorse", "serve", "--host", "0.0.0.0"]
