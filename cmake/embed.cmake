# leat_embed(TARGET target NAME name BASE folder FILES ...): compiles files into the program as a table path -> bytes.
#
# The table is `std::span<const leat::EmbeddedFile> leat::embedded_NAME()`; declare it with
# LEAT_EMBEDDED(NAME) of base/embedded.h. Paths are relative to BASE. The assembler reads the files (.incbin), so
# even a megabyte costs no compile time. Call it after leat_rooms().

function(leat_embed)
  cmake_parse_arguments(EMBED "" "TARGET;NAME;BASE" "FILES" ${ARGN})
  set(assembly ".section .rodata\n")
  set(table "")
  set(externs "")
  set(index 0)
  foreach(file IN LISTS EMBED_FILES)
    file(RELATIVE_PATH path ${EMBED_BASE} ${file})
    set(symbol leat_embedded_${EMBED_NAME}_${index})
    string(APPEND assembly
      ".global ${symbol}\n.global ${symbol}_end\n${symbol}:\n.incbin \"${file}\"\n${symbol}_end:\n.byte 0\n")
    string(APPEND externs "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND table "      {\"${path}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
  set(base ${CMAKE_BINARY_DIR}/embedded/${EMBED_NAME})
  file(CONFIGURE OUTPUT ${base}_bytes.s CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${base}.cpp CONTENT
"// Written by cmake/embed.cmake.
#include \"base/embedded.h\"
${externs}
namespace leat {
std::span<const EmbeddedFile> embedded_${EMBED_NAME}() {
  static const EmbeddedFile files[] = {
${table}  };
  return files;
}
}  // namespace leat
" @ONLY)
  set_source_files_properties(${base}_bytes.s PROPERTIES OBJECT_DEPENDS "${EMBED_FILES}" SKIP_PRECOMPILE_HEADERS ON)
  # An assembler has no use for the options of C++, and Clang minds.
  set_property(SOURCE ${base}_bytes.s APPEND PROPERTY COMPILE_OPTIONS -Wno-unused-command-line-argument)
  set_source_files_properties(${base}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${EMBED_TARGET} PRIVATE ${base}.cpp ${base}_bytes.s)
endfunction()
