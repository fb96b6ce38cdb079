-- DropIndex
DROP INDEX "Outbox_topic_id_idx";

-- AlterTable
ALTER TABLE "BrokerQuery" ADD COLUMN     "newestAlertAt" TIMESTAMPTZ(3),
ADD COLUMN     "nextRunsAt" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
ADD COLUMN     "onAlert" JSONB,
ADD COLUMN     "schedule" JSONB,
ADD COLUMN     "skippedAt" TIMESTAMPTZ(3),
ADD COLUMN     "skippedReason" TEXT;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "newerThan" TIMESTAMPTZ(3),
ADD COLUMN     "newestAlertAt" TIMESTAMPTZ(3),
ADD COLUMN     "scheduledFor" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Outbox" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "dueAt" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "error" TEXT;

-- CreateTable
CREATE TABLE "QueryTarget" (
    "id" UUID NOT NULL,
    "queryId" UUID NOT NULL,
    "objectKey" TEXT NOT NULL,
    "alertId" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "outcome" TEXT NOT NULL DEFAULT 'pending',
    "targetId" UUID,
    "detail" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "QueryTarget_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "QueryTarget_queryId_id_idx" ON "QueryTarget"("queryId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "QueryTarget_queryId_objectKey_key" ON "QueryTarget"("queryId", "objectKey");

-- CreateIndex
CREATE INDEX "Outbox_topic_dueAt_id_idx" ON "Outbox"("topic", "dueAt", "id");

-- What the schema cannot say: schedules are looked up by their next time.
CREATE INDEX "BrokerQuery_due_idx" ON "BrokerQuery"(("nextRunsAt"[1])) WHERE "nextRunsAt"[1] IS NOT NULL;
