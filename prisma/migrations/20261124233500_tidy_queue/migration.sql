-- Every run leaves entries in the index of the queue that only VACUUM removes, while old runs stay: a fifth of all runs,
-- PostgreSQL's default, is far too many to wait for.
ALTER TABLE "Run" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
