select 1 as sides
