-- Once, by the administrator of an existing PostgreSQL (15 or newer), before `heliograph migrate`.
-- Replace both passwords. Then set
--   DATABASE_URL=postgresql://heliograph_app:...@host/heliograph
--   HELIOGRAPH_OWNER_DATABASE_URL=postgresql://heliograph_owner:...@host/heliograph
-- The grants inside the database are given by `heliograph migrate` itself.
CREATE ROLE heliograph_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD 'replace-me';
CREATE ROLE heliograph_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD 'replace-me-too';
CREATE DATABASE heliograph OWNER heliograph_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE heliograph FROM PUBLIC;
GRANT CONNECT ON DATABASE heliograph TO heliograph_app;
