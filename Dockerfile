# One image for the service (timetable and web). Build: docker build -t gengxin .
# In config.yaml set monitor.web.host: 0.0.0.0 and publish port 8321 behind a proxy that speaks https.
FROM python:3.11-slim AS build
COPY . /src
RUN pip install --no-cache-dir --prefix=/install -c /src/constraints.txt "/src[oidc,postgres]"

FROM python:3.11-slim
COPY --from=build /install /usr/local
# The office's config.yaml is mounted at /data; the store and the bulletins are kept beside it.
RUN useradd --create-home --uid 10001 gengxin && mkdir /data && chown gengxin /data
USER gengxin
WORKDIR /data
VOLUME /data
ENTRYPOINT ["gengxin"]
EXPOSE 8321
HEALTHCHECK --interval=1m --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8321/healthz', timeout=5)"]
CMD ["serve"]
