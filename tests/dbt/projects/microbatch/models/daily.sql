{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='day',
          begin='2024-01-01', lookback=1) }}
select id, happened_at, '{{ model.batch.id if model.batch }}' as batch
from {{ ref('events') }}
{% if model.batch and model.batch.id == var('broken', '') %}where no_such_column = 1{% endif %}
