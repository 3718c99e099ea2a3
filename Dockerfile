# docker build -t tessera .           docker run -p 3000:3000 -p 3000:3000/udp tessera
# Below a path, or with pages that find their server elsewhere: --build-arg BASE_PATH=/tessera, --build-arg SIGNALING_URL=…
# How to host it: docs/HOSTING.md. The version of Node is the one that the tests run on.
ARG NODE=20-bookworm-slim

# What the running server needs.
FROM node:${NODE} AS packages
WORKDIR /tessera
COPY package.json package-lock.json .npmrc ./
# A compiler that one package names as an optional peer: nothing that runs imports it, and it is half of the size.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/typescript node_modules/@typescript

# The exported pages, with everything that builds them.
FROM node:${NODE} AS pages
WORKDIR /tessera
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
ARG BASE_PATH=
ARG SIGNALING_URL=
RUN npm run build

# What runs.
FROM node:${NODE}
ARG BASE_PATH=
ENV NODE_ENV=production BASE_PATH=${BASE_PATH}
WORKDIR /tessera
COPY --from=packages /tessera/node_modules node_modules
COPY --from=pages /tessera/out out
COPY package.json ./
COPY signaling signaling
USER node
EXPOSE 3000/tcp 3000/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "signaling/main.ts"]
