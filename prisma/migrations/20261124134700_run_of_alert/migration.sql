-- AlterTable
ALTER TABLE "Alert" ADD COLUMN     "runId" UUID;
