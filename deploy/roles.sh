#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder: the owner of the tables, who is no
# superuser, and the application, which owns nothing (docs/adr/0010-two-database-roles.md).
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --set=database="$POSTGRES_DB" --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" <<'SQL'
CREATE ROLE dorsa_owner LOGIN PASSWORD :'owner';
CREATE ROLE dorsa_app LOGIN PASSWORD :'app';
ALTER DATABASE :"database" OWNER TO dorsa_owner;
SQL
