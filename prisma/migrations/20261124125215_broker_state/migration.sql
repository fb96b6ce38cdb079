-- CreateTable
CREATE TABLE "BrokerState" (
    "brokerId" TEXT NOT NULL,
    "openUntil" TIMESTAMPTZ(3),
    "openings" INTEGER NOT NULL DEFAULT 0,
    "probeUntil" TIMESTAMPTZ(3),
    "pausedUntil" TIMESTAMPTZ(3),
    "rateLeft" INTEGER,
    "rateUntil" TIMESTAMPTZ(3),
    "lastSuccessAt" TIMESTAMPTZ(3),
    "lastErrorAt" TIMESTAMPTZ(3),
    "lastErrorKind" TEXT,
    "lastErrorDetail" TEXT,
    "lastErrorStatus" INTEGER,

    CONSTRAINT "BrokerState_pkey" PRIMARY KEY ("brokerId")
);

-- CreateTable
CREATE TABLE "BrokerRequest" (
    "id" BIGSERIAL NOT NULL,
    "brokerId" TEXT NOT NULL,
    "heldUntil" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "BrokerRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BrokerRequest_brokerId_heldUntil_idx" ON "BrokerRequest"("brokerId", "heldUntil");
