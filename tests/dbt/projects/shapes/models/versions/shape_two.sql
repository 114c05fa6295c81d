select 2 as sides, 'two' as word
