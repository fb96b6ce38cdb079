# The service without its embedded database: give it DATABASE_URL, and API_TOKENS to say who may call.

FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional are the embedded PostgreSQL and a Node of the package's own; dev is everything that only builds and tests.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:26-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY prisma/migrations ./prisma/migrations
COPY src ./src
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: signals must reach the service itself.
CMD ["node", "src/main.ts"]
