-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "BrokerQuery" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "brokerId" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdBy" TEXT NOT NULL DEFAULT 'local',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modifiedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastRunAt" TIMESTAMPTZ(3),

    CONSTRAINT "BrokerQuery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'alerts',
    "queryId" UUID,
    "queryName" TEXT,
    "brokerId" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "capAlerts" INTEGER,
    "capBytes" BIGINT,
    "capSeconds" INTEGER,
    "newCount" INTEGER NOT NULL DEFAULT 0,
    "changedCount" INTEGER NOT NULL DEFAULT 0,
    "duplicateCount" INTEGER NOT NULL DEFAULT 0,
    "rejectedCount" INTEGER NOT NULL DEFAULT 0,
    "repeatedCount" INTEGER NOT NULL DEFAULT 0,
    "receivedBytes" BIGINT NOT NULL DEFAULT 0,
    "lastPosition" BIGINT NOT NULL DEFAULT 0,
    "truncatedBy" TEXT,
    "feedback" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "checkpoint" TEXT,
    "errorKind" TEXT,
    "errorDetail" TEXT,
    "errorRetryable" BOOLEAN,
    "errorUpstreamStatus" INTEGER,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "attemptRecorded" BOOLEAN NOT NULL DEFAULT false,
    "fruitless" INTEGER NOT NULL DEFAULT 0,
    "leaseUntil" TIMESTAMPTZ(3),
    "createdBy" TEXT NOT NULL DEFAULT 'local',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Alert" (
    "id" UUID NOT NULL,
    "brokerId" TEXT NOT NULL,
    "brokerAlertId" TEXT NOT NULL,
    "objectId" TEXT,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "timestamp" TIMESTAMPTZ(3),
    "ra" DOUBLE PRECISION,
    "dec" DOUBLE PRECISION,
    "skyPixel" BIGINT,
    "mag" DOUBLE PRECISION,
    "magError" DOUBLE PRECISION,
    "score" DOUBLE PRECISION,
    "url" TEXT,
    "survey" TEXT,
    "band" TEXT,
    "classifications" JSONB NOT NULL DEFAULT '[]',
    "detections" INTEGER,
    "raw" TEXT NOT NULL,
    "rawType" TEXT NOT NULL,
    "contentHash" BYTEA NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertKey" (
    "brokerId" TEXT NOT NULL,
    "brokerAlertId" TEXT NOT NULL,
    "alertId" UUID NOT NULL,
    "contentHash" BYTEA NOT NULL,

    CONSTRAINT "AlertKey_pkey" PRIMARY KEY ("brokerId","brokerAlertId")
);

-- CreateTable
CREATE TABLE "RunAlert" (
    "runId" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "alertId" UUID NOT NULL,
    "itemHash" BYTEA NOT NULL,
    "outcome" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,

    CONSTRAINT "RunAlert_pkey" PRIMARY KEY ("runId","position")
);

-- CreateTable
CREATE TABLE "Rejection" (
    "runId" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "itemHash" BYTEA NOT NULL,
    "reason" TEXT NOT NULL,
    "raw" TEXT NOT NULL,
    "rawType" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,

    CONSTRAINT "Rejection_pkey" PRIMARY KEY ("runId","position")
);

-- CreateTable
CREATE TABLE "Target" (
    "id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "permissions" TEXT NOT NULL DEFAULT 'PRIVATE',
    "ra" DOUBLE PRECISION,
    "dec" DOUBLE PRECISION,
    "skyPixel" BIGINT,
    "epoch" DOUBLE PRECISION,
    "parallax" DOUBLE PRECISION,
    "pmRa" DOUBLE PRECISION,
    "pmDec" DOUBLE PRECISION,
    "galacticLng" DOUBLE PRECISION,
    "galacticLat" DOUBLE PRECISION,
    "distance" DOUBLE PRECISION,
    "distanceErr" DOUBLE PRECISION,
    "scheme" TEXT,
    "epochOfElements" DOUBLE PRECISION,
    "meanAnomaly" DOUBLE PRECISION,
    "argOfPerihelion" DOUBLE PRECISION,
    "eccentricity" DOUBLE PRECISION,
    "lngAscNode" DOUBLE PRECISION,
    "inclination" DOUBLE PRECISION,
    "meanDailyMotion" DOUBLE PRECISION,
    "semimajorAxis" DOUBLE PRECISION,
    "epochOfPerihelion" DOUBLE PRECISION,
    "ephemerisPeriod" DOUBLE PRECISION,
    "ephemerisPeriodErr" DOUBLE PRECISION,
    "ephemerisEpoch" DOUBLE PRECISION,
    "ephemerisEpochErr" DOUBLE PRECISION,
    "perihdist" DOUBLE PRECISION,
    "absMag" DOUBLE PRECISION,
    "slope" DOUBLE PRECISION,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdBy" TEXT NOT NULL DEFAULT 'local',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modifiedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Target_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TargetName" (
    "id" UUID NOT NULL,
    "targetId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "primary" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TargetName_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TargetAlert" (
    "alertId" UUID NOT NULL,
    "targetId" UUID NOT NULL,
    "brokerId" TEXT NOT NULL,
    "brokerAlertId" TEXT NOT NULL,
    "objectId" TEXT,
    "generic" JSONB NOT NULL,
    "raw" TEXT NOT NULL,
    "rawType" TEXT NOT NULL,
    "linkedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TargetAlert_pkey" PRIMARY KEY ("alertId")
);

-- CreateTable
CREATE TABLE "TargetExtra" (
    "targetId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "TargetExtra_pkey" PRIMARY KEY ("targetId","key")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "caller" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "requestHash" BYTEA NOT NULL,
    "status" INTEGER,
    "headers" JSONB,
    "body" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("caller","method","path","key")
);

-- CreateTable
CREATE TABLE "Outbox" (
    "id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BrokerQuery_brokerId_id_idx" ON "BrokerQuery"("brokerId", "id");

-- CreateIndex
CREATE INDEX "Run_queryId_id_idx" ON "Run"("queryId", "id");

-- CreateIndex
CREATE INDEX "Run_brokerId_id_idx" ON "Run"("brokerId", "id");

-- CreateIndex
CREATE INDEX "Run_status_id_idx" ON "Run"("status", "id");

-- CreateIndex
CREATE INDEX "Alert_brokerId_id_idx" ON "Alert"("brokerId", "id");

-- CreateIndex
CREATE INDEX "Alert_objectId_id_idx" ON "Alert"("objectId", "id");

-- CreateIndex
CREATE INDEX "Alert_nameKey_id_idx" ON "Alert"("nameKey", "id");

-- CreateIndex
CREATE INDEX "Alert_skyPixel_idx" ON "Alert"("skyPixel");

-- CreateIndex
CREATE UNIQUE INDEX "RunAlert_runId_itemHash_key" ON "RunAlert"("runId", "itemHash");

-- CreateIndex
CREATE UNIQUE INDEX "Rejection_runId_itemHash_key" ON "Rejection"("runId", "itemHash");

-- CreateIndex
CREATE UNIQUE INDEX "Target_number_key" ON "Target"("number");

-- CreateIndex
CREATE INDEX "Target_skyPixel_idx" ON "Target"("skyPixel");

-- CreateIndex
CREATE INDEX "Target_type_id_idx" ON "Target"("type", "id");

-- CreateIndex
CREATE UNIQUE INDEX "TargetName_nameKey_key" ON "TargetName"("nameKey");

-- CreateIndex
CREATE INDEX "TargetName_targetId_idx" ON "TargetName"("targetId");

-- CreateIndex
CREATE INDEX "TargetAlert_targetId_alertId_idx" ON "TargetAlert"("targetId", "alertId");

-- CreateIndex
CREATE INDEX "TargetAlert_brokerId_objectId_idx" ON "TargetAlert"("brokerId", "objectId");

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

-- CreateIndex
CREATE INDEX "Outbox_topic_id_idx" ON "Outbox"("topic", "id");

-- AddForeignKey
ALTER TABLE "TargetName" ADD CONSTRAINT "TargetName_targetId_fkey" FOREIGN KEY ("targetId") REFERENCES "Target"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TargetAlert" ADD CONSTRAINT "TargetAlert_targetId_fkey" FOREIGN KEY ("targetId") REFERENCES "Target"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TargetExtra" ADD CONSTRAINT "TargetExtra_targetId_fkey" FOREIGN KEY ("targetId") REFERENCES "Target"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the Prisma schema cannot say.

ALTER TABLE "Run"
  ADD CONSTRAINT "Run_kind_check" CHECK ("kind" IN ('alerts', 'photometry', 'submission')),
  ADD CONSTRAINT "Run_status_check" CHECK ("status" IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  ADD CONSTRAINT "Run_truncatedBy_check" CHECK ("truncatedBy" IN ('alerts', 'bytes', 'seconds'));

ALTER TABLE "RunAlert" ADD CONSTRAINT "RunAlert_outcome_check" CHECK ("outcome" IN ('new', 'changed', 'duplicate'));

ALTER TABLE "Target"
  ADD CONSTRAINT "Target_type_check" CHECK ("type" IN ('SIDEREAL', 'NON_SIDEREAL')),
  ADD CONSTRAINT "Target_permissions_check" CHECK ("permissions" IN ('OPEN', 'PUBLIC', 'PRIVATE')),
  ADD CONSTRAINT "Target_scheme_check" CHECK ("scheme" IN ('MPC_MINOR_PLANET', 'MPC_COMET', 'JPL_MAJOR_PLANET')),
  ADD CONSTRAINT "Target_ra_check" CHECK ("ra" >= 0 AND "ra" < 360),
  ADD CONSTRAINT "Target_dec_check" CHECK ("dec" BETWEEN -90 AND 90);

-- The queue: small, however many runs there have been.
CREATE INDEX "Run_queue_idx" ON "Run"("createdAt") WHERE "status" IN ('queued', 'running');

-- A target has one primary name.
CREATE UNIQUE INDEX "TargetName_primary_key" ON "TargetName"("targetId") WHERE "primary";
