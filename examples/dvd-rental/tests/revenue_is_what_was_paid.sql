-- Each payment is counted once, whichever store or rating it falls to.
select * from (
  select (select sum(amount) from {{ ref('stg_payment') }}) as paid,
    (select sum(sales) from {{ ref('monthly_sales_by_store') }}) as by_store,
    (select sum(sales) from {{ ref('monthly_sales_by_rating') }}) as by_rating) as sums
where paid <> by_store or paid <> by_rating
