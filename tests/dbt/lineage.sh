#!/bin/sh
# Columns are followed through models, snapshots, stars, ephemeral models and macros; nothing has to be built for it.
. "$(dirname -- "$0")/dbt.sh"
open_project check
up() { "$bin/leat" lineage "$1" --up --target "$target" | sed 's/^ *//' | tail -n +2; }
expect 'made of a sum over an ephemeral model and a macro' '← model.counter.stg_orders.amount (made of it)
← seed.counter.orders.amount (made of it)' "$(up totals.spent)"
expect 'made by a function' '← seed.counter.customers.name (made of it)' "$(up totals.shouted)"
expect 'a count is made of nothing' '' "$(up totals.orders)"
expect 'renamed twice' '← model.counter.totals.customer
← seed.counter.customers.id' "$(up wide.customer)"
expect 'through a snapshot' '← snapshot.counter.kept.name
← seed.counter.customers.name' "$(up of_kept.name)"
expect 'a column of the snapshot itself' '← snapshot.counter.kept.dbt_valid_to (made of it)' "$(up of_kept.is_current)"
expect 'what is made of a column' 'model.counter.days.day model.counter.stg_orders.ordered_at' \
  "$("$bin/leat" lineage orders.ordered_at --down --target "$target" | grep -o 'model[a-z._]*' | sort | tr '\n' ' ' | sed 's/ $//')"
expect 'as JSON' '[["seed.counter.customers","name"],["model.counter.totals","shouted"],false,1]' \
  "$("$bin/leat" lineage totals.shouted --up --json --target "$target" | node -e 'const [one] = JSON.parse(require("fs").readFileSync(0)); console.log(JSON.stringify(one.above.map((e) => [e.from, e.to, e.itself, e.distance])[0]))')"
expect 'what is not followed has a reason' 1 "$("$bin/leat" lineage --target "$target" | grep -c '^model.counter.pivoted is not followed: its SQL depends on rows')"
expect 'a misspelt name' 1 "$("$bin/leat" lineage totals.spnet --target "$target" 2>&1 | grep -c 'did you mean `spent`')"
finish
