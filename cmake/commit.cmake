# Writes OUT, a header with the commit that is being built; run at every build, touches the file only when it changes.
# Changes outside what is compiled (results, reports, docs) do not make a build dirty.
set(commit "")
set(dirty false)
find_program(git git)
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${git} -C ${SOURCE} status --porcelain --untracked-files=no -- harness plugins cmake CMakeLists.txt
    OUTPUT_VARIABLE changes ERROR_QUIET)
  if(changes)
    set(dirty true)
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
// Written by cmake/commit.cmake.
#pragma once
#define LACUNA_COMMIT "@commit@"
#define LACUNA_DIRTY @dirty@
]])
