# One image for the nightly job and the service. Build: docker build -t gengxin .
FROM python:3.11-slim AS build
COPY . /src
RUN pip install --no-cache-dir --prefix=/install -c /src/constraints.txt "/src[postgres]"

FROM python:3.11-slim
COPY --from=build /install /usr/local
# The office's config.yaml is mounted at /data; the store and the bulletins are kept beside it.
RUN useradd --create-home --uid 10001 gengxin && mkdir /data && chown gengxin /data
USER gengxin
WORKDIR /data
VOLUME /data
ENTRYPOINT ["gengxin"]
CMD ["nightly"]
