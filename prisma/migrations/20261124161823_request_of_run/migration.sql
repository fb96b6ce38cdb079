-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "requestId" TEXT,
ADD COLUMN     "traceId" TEXT;
