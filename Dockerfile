# Probity in a container: `docker run --rm -v "$PWD:/work:ro" probity scan --policy /work/policy.yaml --estate /work/estate.yaml`
FROM node:24-bookworm-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
# The image's own Node is the one that runs. What is built from the sources is built below.
RUN npm ci --ignore-scripts && npm cache clean --force
COPY bin ./bin
COPY src ./src
COPY probes ./probes
RUN npm run --silent build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=bundle /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY config ./config
USER node
ENTRYPOINT ["node", "/app/bin/probity.js"]
CMD ["--help"]
