-- AlterTable
ALTER TABLE "TargetAlert" ADD COLUMN     "queryId" UUID,
ADD COLUMN     "queryName" TEXT,
ADD COLUMN     "runId" UUID;

-- CreateTable
CREATE TABLE "TargetList" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdBy" TEXT NOT NULL DEFAULT 'local',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modifiedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TargetList_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TargetListMember" (
    "listId" UUID NOT NULL,
    "targetId" UUID NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TargetListMember_pkey" PRIMARY KEY ("listId","targetId")
);

-- CreateIndex
CREATE UNIQUE INDEX "TargetList_name_key" ON "TargetList"("name");

-- CreateIndex
CREATE INDEX "TargetListMember_targetId_idx" ON "TargetListMember"("targetId");

-- CreateIndex
CREATE INDEX "RunAlert_alertId_idx" ON "RunAlert"("alertId");

-- CreateIndex
CREATE INDEX "Target_dec_ra_idx" ON "Target"("dec", "ra");

-- CreateIndex
CREATE INDEX "Target_createdAt_id_idx" ON "Target"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Target_modifiedAt_id_idx" ON "Target"("modifiedAt", "id");

-- CreateIndex
CREATE INDEX "TargetAlert_brokerId_targetId_idx" ON "TargetAlert"("brokerId", "targetId");

-- AddForeignKey
ALTER TABLE "TargetListMember" ADD CONSTRAINT "TargetListMember_listId_fkey" FOREIGN KEY ("listId") REFERENCES "TargetList"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TargetListMember" ADD CONSTRAINT "TargetListMember_targetId_fkey" FOREIGN KEY ("targetId") REFERENCES "Target"("id") ON DELETE CASCADE ON UPDATE CASCADE;
