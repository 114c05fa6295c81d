#!/bin/sh
# Fetches the public dbt projects that tests/interop/dbt_projects.sh compares with dbt-core, each at a commit, with the
# packages it asks for, into .deps/dbt_projects. They are not ours and none becomes a part of the project.
set -eu
cd "$(dirname -- "$0")/.."
place=${LEAT_DBT_PROJECTS:-${LEAT_DEPS:-.deps}/dbt_projects}
command -v git >/dev/null || { printf 'setup_dbt_projects: git is not installed\n' >&2; exit 1; }
mkdir -p "$place"
place=$(cd "$place" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-projects.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
fetch() { # REPOSITORY COMMIT FOLDER
  git init -q "$3"
  git -C "$3" fetch -q --depth 1 "https://github.com/$1.git" "$2"
  git -C "$3" -c advice.detachedHead=false checkout -q FETCH_HEAD
  rm -rf "$3/.git"
}
package() { # NAME: as dbt's `deps` puts it into dbt_packages
  case $1 in
  dbt_utils) fetch dbt-labs/dbt-utils 700764ce230b2fb775b5338b6bc77a72233ea34c "$2" ;;
  dbt_utils_08) fetch dbt-labs/dbt-utils 33299334a305d0acb99ebee8cc2eb6eb2ba5ca31 "$2" ;;
  dbt_date) fetch godatadriven/dbt-date e706de9630b228aae58a2bb0e99f34b19abb4688 "$2" ;;
  dbt_expectations) fetch metaplane/dbt-expectations 77d385655ce3318685cf6930b46d077f61de5f55 "$2" ;;
  audit_helper) fetch dbt-labs/dbt-audit-helper 3bd0ca4e9d79b7d740ad7e77384b3d03a16cf242 "$2" ;;
  codegen) fetch dbt-labs/dbt-codegen 526cb1f0e8464d88b931e0249b4198039f15d641 "$2" ;;
  dbt_project_evaluator) fetch dbt-labs/dbt-project-evaluator 927abbd523b627f4f1595e2fb93ebf2244314bd6 "$2" ;;
  fivetran_utils) fetch fivetran/dbt_fivetran_utils f7567295c8f406946dfdbcdd761affad7d7bb535 "$2" ;;
  spark_utils) fetch dbt-labs/spark-utils 34ac5cb23d77064c5194aab26dbdaba9bb26c113 "$2" ;;
  dbt_snowflake_query_tags) fetch get-select/dbt-snowflake-query-tags 20d2973611c25fb59801d9e4febb155d681c4e3d "$2" ;;
  esac
  rm -rf "$2/integration_tests"
}
project() { # NAME REPOSITORY COMMIT FOLDER PACKAGE…
  name=$1 repository=$2 commit=$3 folder=$4
  shift 4
  [ -f "$place/$name/dbt_project.yml" ] && return
  printf 'fetching %s\n' "$repository"
  rm -rf "$work/repository"
  fetch "$repository" "$commit" "$work/repository"
  rm -rf "$work/repository/$folder/dbt_packages"
  mkdir "$work/repository/$folder/dbt_packages"
  for each in "$@"; do package "$each" "$work/repository/$folder/dbt_packages/${each%_08}"; done
  rm -rf "${place:?}/$name"
  cp -r "$work/repository/$folder" "$place/$name" # the folder may be `.`, which cannot be moved
}
project jaffle-shop dbt-labs/jaffle-shop 7be2c5838dbdeca8e915d4e46db70e910753d7f6 . dbt_utils dbt_date audit_helper
project jaffle_shop_duckdb dbt-labs/jaffle_shop_duckdb 9b13827913b230a045b0a71736a00e2053fbcb16 .
project dbt_project_evaluator dbt-labs/dbt-project-evaluator 927abbd523b627f4f1595e2fb93ebf2244314bd6 . dbt_utils
project dbt-synthea OHDSI/dbt-synthea b9486865d6c2f95e6bda34187391244131243585 . dbt_utils dbt_expectations dbt_date
project mattermost-analytics mattermost/mattermost-data-warehouse 61af2424d790a8f83267f2b9ee12589fd32bcfa9 \
  transform/mattermost-analytics dbt_utils codegen dbt_project_evaluator dbt_snowflake_query_tags
project mattermost-snowflake mattermost/mattermost-data-warehouse 61af2424d790a8f83267f2b9ee12589fd32bcfa9 \
  transform/snowflake-dbt dbt_utils_08 codegen
project ccao-data-architecture ccao-data/data-architecture 9bd81870e6b58c791b693a4e3068500fd58d16d7 dbt
project dbt_salesforce fivetran/dbt_salesforce 6c7b797f78f7593cd22a0c014c8b38edc3889e76 . \
  fivetran_utils spark_utils dbt_utils
project elementary elementary-data/dbt-data-reliability ccb0de3409756b7c3d2a08a6216be7ba548c18ab . dbt_utils
project automate_dv Datavault-UK/automate-dv 0aa71153fbb233c630de07e3bb2a8ea3801880e1 . dbt_utils
printf 'the projects are there: %s\n' "$place"
