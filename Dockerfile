# The instrument's page and the HTTP service, without TensorFlow: docs/deploy.md says how it is run.
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY training training
COPY export export
COPY live live
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
# A container without a graphics card needs no CUDA provider: the plain runtime is a tenth of its size.
RUN python -m venv /opt/antiphon \
    && /opt/antiphon/bin/pip install --no-cache-dir /wheels/*.whl \
    && /opt/antiphon/bin/pip uninstall --yes onnxruntime-gpu onnxruntime \
    && /opt/antiphon/bin/pip install --no-cache-dir "onnxruntime>=1.22" \
    && /opt/antiphon/bin/antiphon --version

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin antiphon
COPY --from=build /opt/antiphon /opt/antiphon
ENV PATH=/opt/antiphon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib
USER 10001
WORKDIR /home/antiphon
EXPOSE 8765
# 401: antiphon live, which asks everybody for its token, is alive as well.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8765, timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status not in (200, 401))"]
ENTRYPOINT ["antiphon"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8765"]
