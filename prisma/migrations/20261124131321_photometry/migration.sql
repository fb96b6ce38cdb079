-- CreateTable
CREATE TABLE "PhotometryPoint" (
    "id" UUID NOT NULL,
    "targetId" UUID NOT NULL,
    "key" BYTEA NOT NULL,
    "survey" TEXT,
    "sourceId" TEXT,
    "timestamp" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "band" TEXT,
    "telescope" TEXT,
    "mag" DOUBLE PRECISION,
    "magError" DOUBLE PRECISION,
    "flux" DOUBLE PRECISION,
    "fluxError" DOUBLE PRECISION,
    "told" JSONB NOT NULL,
    "runId" UUID NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PhotometryPoint_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "PhotometryPoint_targetId_timestamp_id_idx" ON "PhotometryPoint"("targetId", "timestamp", "id");

-- CreateIndex
CREATE UNIQUE INDEX "PhotometryPoint_targetId_key_key" ON "PhotometryPoint"("targetId", "key");

-- AddForeignKey
ALTER TABLE "PhotometryPoint" ADD CONSTRAINT "PhotometryPoint_targetId_fkey" FOREIGN KEY ("targetId") REFERENCES "Target"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the Prisma schema cannot say.

ALTER TABLE "PhotometryPoint" ADD CONSTRAINT "PhotometryPoint_kind_check" CHECK ("kind" IN ('detection', 'limit', 'forced'));
