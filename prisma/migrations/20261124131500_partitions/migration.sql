-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "resultsDropped" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "RunSegment" (
    "runId" UUID NOT NULL,
    "lastPosition" BIGINT NOT NULL,
    "closedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RunSegment_pkey" PRIMARY KEY ("runId","lastPosition")
);

-- CreateTable
CREATE TABLE "Retention" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "alertsFrom" UUID NOT NULL,

    CONSTRAINT "Retention_pkey" PRIMARY KEY ("id")
);

-- What the schema cannot say: there is one row; and the tables that grow are partitioned by the day in their UUIDv7 keys.
-- The service makes the partitions of the coming days; what finds none goes to the default one, so that nothing is refused.

ALTER TABLE "Retention" ADD CONSTRAINT "Retention_one_row_check" CHECK ("id" = 1);

ALTER TABLE "Alert" RENAME TO "Alert_earlier";
ALTER INDEX "Alert_pkey" RENAME TO "Alert_earlier_pkey";
ALTER INDEX "Alert_brokerId_id_idx" RENAME TO "Alert_earlier_brokerId_id_idx";
ALTER INDEX "Alert_objectId_id_idx" RENAME TO "Alert_earlier_objectId_id_idx";
ALTER INDEX "Alert_nameKey_id_idx" RENAME TO "Alert_earlier_nameKey_id_idx";
ALTER INDEX "Alert_skyPixel_idx" RENAME TO "Alert_earlier_skyPixel_idx";
CREATE TABLE "Alert" (LIKE "Alert_earlier" INCLUDING DEFAULTS, CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")) PARTITION BY RANGE ("id");
CREATE INDEX "Alert_brokerId_id_idx" ON "Alert"("brokerId", "id");
CREATE INDEX "Alert_objectId_id_idx" ON "Alert"("objectId", "id");
CREATE INDEX "Alert_nameKey_id_idx" ON "Alert"("nameKey", "id");
CREATE INDEX "Alert_skyPixel_idx" ON "Alert"("skyPixel");
CREATE TABLE "Alert_default" PARTITION OF "Alert" DEFAULT;

ALTER TABLE "RunAlert" RENAME TO "RunAlert_earlier";
ALTER INDEX "RunAlert_pkey" RENAME TO "RunAlert_earlier_pkey";
ALTER INDEX "RunAlert_runId_itemHash_key" RENAME TO "RunAlert_earlier_runId_itemHash_key";
ALTER INDEX "RunAlert_alertId_idx" RENAME TO "RunAlert_earlier_alertId_idx";
CREATE TABLE "RunAlert" (LIKE "RunAlert_earlier" INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CONSTRAINT "RunAlert_pkey" PRIMARY KEY ("runId", "position"))
  PARTITION BY RANGE ("runId");
CREATE UNIQUE INDEX "RunAlert_runId_itemHash_key" ON "RunAlert"("runId", "itemHash");
CREATE INDEX "RunAlert_alertId_idx" ON "RunAlert"("alertId");
CREATE TABLE "RunAlert_default" PARTITION OF "RunAlert" DEFAULT;

ALTER TABLE "Rejection" RENAME TO "Rejection_earlier";
ALTER INDEX "Rejection_pkey" RENAME TO "Rejection_earlier_pkey";
ALTER INDEX "Rejection_runId_itemHash_key" RENAME TO "Rejection_earlier_runId_itemHash_key";
CREATE TABLE "Rejection" (LIKE "Rejection_earlier" INCLUDING DEFAULTS, CONSTRAINT "Rejection_pkey" PRIMARY KEY ("runId", "position"))
  PARTITION BY RANGE ("runId");
CREATE UNIQUE INDEX "Rejection_runId_itemHash_key" ON "Rejection"("runId", "itemHash");
CREATE TABLE "Rejection_default" PARTITION OF "Rejection" DEFAULT;

-- The rows that there are stay where they are, as one partition of everything before tomorrow [UTC]; later ids go to the default one.
DO $$
DECLARE
  day constant timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 day';
  bound constant uuid := (lpad(to_hex((extract(epoch FROM day) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
  part record;
  filled boolean;
BEGIN
  FOR part IN VALUES ('Alert', 'id'), ('RunAlert', 'runId'), ('Rejection', 'runId') LOOP
    EXECUTE format('WITH later AS (DELETE FROM %1$I WHERE %3$I >= %4$L RETURNING *) INSERT INTO %2$I SELECT * FROM later',
      part.column1 || '_earlier', part.column1 || '_default', part.column2, bound);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part.column1 || '_earlier') INTO filled;
    IF filled THEN
      EXECUTE format('ALTER TABLE %1$I ATTACH PARTITION %2$I FOR VALUES FROM (MINVALUE) TO (%3$L)', part.column1, part.column1 || '_earlier', bound);
    ELSE
      EXECUTE format('DROP TABLE %I', part.column1 || '_earlier');
    END IF;
  END LOOP;
END
$$;
