-- AlterTable
ALTER TABLE "Retention" ADD COLUMN     "days" INTEGER,
ALTER COLUMN "alertsFrom" DROP NOT NULL;
