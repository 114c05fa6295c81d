select nobody_knows from {{ ref('pivoted') }}
