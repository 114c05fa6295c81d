# LEAT_COVERAGE (the preset `coverage`): counts the lines that run in the folders where a line that nobody tries costs
# data. Only these are compiled anew, without optimization so that a line stays a line; all else is the release build.
set(LEAT_COVERED_FOLDERS src/sync src/warehouses src/sources/postgres)
foreach(folder IN LISTS LEAT_COVERED_FOLDERS)
  file(GLOB_RECURSE covered CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER covered EXCLUDE REGEX "_test\\.cpp$")
  set_source_files_properties(${covered} PROPERTIES
    COMPILE_OPTIONS "-O0;--coverage;-fprofile-update=atomic"
    SKIP_PRECOMPILE_HEADERS ON) # they are of -O2
endforeach()
target_link_options(leat_options INTERFACE --coverage)
