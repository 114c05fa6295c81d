{%- macro surrogate(fields) -%}
  {%- set parts = [] -%}
  {%- for field in fields -%}
    {%- do parts.append("coalesce(cast(" ~ field ~ " as varchar), '_null_')") -%}
    {%- if not loop.last %}{%- do parts.append("'-'") -%}{%- endif -%}
  {%- endfor -%}
  md5({{ parts | join(' || ') }})
{%- endmacro -%}
{%- macro cents(column, scale=2) -%}
  ({{ column }} / 100)::numeric(16, {{ scale }})
{%- endmacro -%}
{%- set payment_methods = ['credit_card', 'coupon', 'bank_transfer', 'gift_card'] -%}
{%- set columns = [{'name': 'order_id', 'type': 'int'}, {'name': 'customer', 'type': 'text'},
                   {'name': 'amount', 'type': 'money'}, {'name': 'placed_at', 'type': 'timestamp'}] -%}
{%- set ns = namespace(count=0) -%}
with orders as (
    select * from {{ relation }}
),

payments as (
    select
    {%- for column in columns %}
      {%- set ns.count = ns.count + 1 %}
      {%- if column.type == 'money' %}
        {{ cents(column.name) }} as {{ column.name }}
      {%- elif column['type'] == 'timestamp' and not full_refresh %}
        cast({{ column.name }} as timestamp) as {{ column.name | upper | lower }}
      {%- else %}
        {{ column.name }}
      {%- endif %}
      {{- ',' if not loop.last }}
    {%- endfor %}
    from raw_payments
    {%- if is_incremental %}
    where updated_at > (select max(updated_at) from {{ relation }})
    {%- endif %}
),

final as (
    select
        {{ surrogate(['order_id', 'customer', 'placed_at']) }} as id,
        {% for method in payment_methods -%}
        sum(case when payment_method = '{{ method }}' then amount else 0 end) as {{ method }}_amount,
        {% endfor -%}
        count(*) as {{ columns | map(attribute='name') | first }}_count,
        {{ ns.count }} as column_count
    from payments
    group by {{ range(1, 3) | list | join(', ') }}
)

select * from final
{%- if limit is defined and limit is not none %} limit {{ limit }}{% endif %}
