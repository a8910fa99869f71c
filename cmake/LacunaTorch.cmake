# Where LibTorch is. dependencies.cmake includes this file; `cmake -P cmake/LacunaTorch.cmake` prints the folder, or
# an empty line where there is none: that is how the set-up learns whether it has to bring one.
#
# Found in this order: LACUNA_TORCH_DIR, CMAKE_PREFIX_PATH (both also from the environment; the latter an unpacked
# libtorch or a wheel's own hint), build/libtorch (the set-up's wheel, or a zip unpacked there), the torch package of
# the python3 on PATH. Another version is passed over: plugins and host must agree on it to the letter.
set(LACUNA_TORCH_VERSION 2.11)

# out: "2.11.0", or empty where dir is no LibTorch.
function(lacuna_torch_version out dir)
  set(${out} "" PARENT_SCOPE)
  foreach(header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(EXISTS "${dir}/lib/libtorch_cpu.so" AND EXISTS "${dir}/include/${header}")
      file(STRINGS "${dir}/include/${header}" lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+$")
      list(TRANSFORM lines REPLACE "[^0-9]" "")
      list(JOIN lines "." version)
      if(version)
        set(${out} ${version} PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
endfunction()

function(lacuna_find_torch out)
  foreach(wish IN ITEMS "${LACUNA_TORCH_DIR}" "$ENV{LACUNA_TORCH_DIR}")  # a wish that cannot be met is a mistake
    if(wish)
      get_filename_component(wish "${wish}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
      lacuna_torch_version(version "${wish}")
      if(NOT version)
        message(FATAL_ERROR "LACUNA_TORCH_DIR: '${wish}' holds no LibTorch (the folder with include/ and lib/ is needed)")
      elseif(NOT version MATCHES "^${LACUNA_TORCH_VERSION}\\.")
        message(FATAL_ERROR "LACUNA_TORCH_DIR: '${wish}' holds LibTorch ${version} (${LACUNA_TORCH_VERSION} is needed)")
      endif()
      set(${out} "${wish}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  string(REPLACE ":" ";" from_environment "$ENV{CMAKE_PREFIX_PATH}")
  set(candidates ${CMAKE_PREFIX_PATH} ${from_environment})
  foreach(build IN ITEMS ${CMAKE_BINARY_DIR} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../build)
    list(APPEND candidates ${build}/libtorch/torch ${build}/libtorch)
  endforeach()
  list(APPEND candidates python3)
  foreach(candidate IN LISTS candidates)
    if(candidate STREQUAL "python3")  # last, so that no interpreter starts where the answer is known
      execute_process(  # find_spec does not import torch, so this takes milliseconds
        COMMAND python3 -c "import importlib.util as u, os; s = u.find_spec('torch'); print(os.path.dirname(s.origin) if s else '')"
        RESULT_VARIABLE status OUTPUT_VARIABLE candidate OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
      if(NOT status EQUAL 0 OR NOT candidate)
        break()
      endif()
    endif()
    # A wheel's own hint points at torch/share/cmake; the library folder is two levels up.
    foreach(dir IN ITEMS "${candidate}" "${candidate}/../..")
      lacuna_torch_version(version "${dir}")
      if(version MATCHES "^${LACUNA_TORCH_VERSION}\\.")
        get_filename_component(dir "${dir}" ABSOLUTE)
        set(${out} "${dir}" PARENT_SCOPE)
        return()
      elseif(version)
        message(NOTICE "${dir}: LibTorch ${version} is passed over (${LACUNA_TORCH_VERSION} is needed)")
      endif()
    endforeach()
  endforeach()
  set(${out} "" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  lacuna_find_torch(dir)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${dir}")  # message() would go to stderr
endif()
