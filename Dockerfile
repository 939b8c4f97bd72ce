# Probity in a container: `docker run --rm -v "$PWD:/work:ro" probity scan --policy /work/policy.yaml --estate /work/estate.yaml`
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The image's own Node is the one that runs, so the optional Node packages stay out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY src ./src
COPY probes ./probes
COPY config ./config
USER node
ENTRYPOINT ["node", "/app/bin/probity.js"]
CMD ["--help"]
