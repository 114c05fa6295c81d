# The console: TypeScript in web/console, built by Vite into three files that are compiled into the program.
#
# Vite comes from .deps/console, where scripts/setup.sh installs what the lock file pins; a link makes it the sources'
# node_modules, for this build and for editors.

find_program(LEAT_NODE NAMES node nodejs REQUIRED DOC "Node, which builds the console")
set(modules ${LEAT_DEPS_DIR}/console/node_modules)
if(NOT EXISTS ${modules}/vite/package.json)
  message(FATAL_ERROR "What the console is built with is missing in ${modules}; run scripts/setup.sh, which installs it "
    "from npm by web/console/package-lock.json (make does it for you)")
endif()
set(console ${CMAKE_SOURCE_DIR}/web/console)
if(NOT EXISTS ${console}/node_modules OR IS_SYMLINK ${console}/node_modules)
  file(REMOVE ${console}/node_modules)
  file(CREATE_LINK ${modules} ${console}/node_modules SYMBOLIC)
endif()
file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${console}/src/* ${CMAKE_SOURCE_DIR}/web/theme/*)
set(built ${CMAKE_BINARY_DIR}/console)
set(console_files ${built}/index.html ${built}/console.js ${built}/console.css)
add_custom_command(OUTPUT ${console_files}
  COMMAND ${LEAT_NODE} ${console}/build.mjs ${built}
  DEPENDS ${console_sources} ${console}/build.mjs ${console}/index.html ${console}/package-lock.json
  WORKING_DIRECTORY ${console}
  COMMENT "Building the console" VERBATIM)
target_sources(leat_server PRIVATE ${console_files})
leat_embed(TARGET leat_server NAME console_web BASE ${built} FILES ${console_files})
