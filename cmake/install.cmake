# cmake --install: the program, libduckdb beside it, what shells and `man` know of it, the documents, and templates
# for production. Completions and the manual page are printed by the program that is installed.
#
# RPATH (and not RUNPATH) so that what lies in lib/leat of the tarball is also found by the libraries in there.
set_target_properties(leat PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/leat")
target_link_options(leat PRIVATE LINKER:--disable-new-dtags)

install(TARGETS leat RUNTIME DESTINATION bin)
# The file itself: .deps has a link to it.
file(REAL_PATH ${LEAT_DEPS_DIR}/duckdb/lib/libduckdb.so duckdb_file)
install(FILES ${duckdb_file} DESTINATION lib/leat RENAME libduckdb.so)
set(printed ${CMAKE_BINARY_DIR}/printed)
install(CODE "
  file(MAKE_DIRECTORY ${printed})
  foreach(form \"bash;leat\" \"zsh;_leat\" \"fish;leat.fish\" \"man;leat.1\")
    list(GET form 0 kind)
    list(GET form 1 file)
    execute_process(COMMAND ${CMAKE_BINARY_DIR}/bin/leat completion \${kind} OUTPUT_FILE ${printed}/\${file}
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()")
install(FILES ${printed}/leat DESTINATION share/bash-completion/completions)
install(FILES ${printed}/_leat DESTINATION share/zsh/vendor-completions)
install(FILES ${printed}/leat.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${printed}/leat.1 DESTINATION share/man/man1)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION share/doc/leat)
install(DIRECTORY docs/guide docs/reference docs/formats DESTINATION share/doc/leat)
install(DIRECTORY deploy/ DESTINATION share/leat/deploy USE_SOURCE_PERMISSIONS PATTERN .terraform EXCLUDE)
