# LibTorch as imported targets made from its folder alone: find_package(Torch) of a CUDA wheel stops where no CUDA
# toolkit is installed, and would link libtorch_cuda. The same file serves the build, the install and a consumer.
#
# Found in this order: LACUNA_TORCH_DIR, CMAKE_PREFIX_PATH (an unpacked libtorch), build/libtorch (the set-up's wheel),
# the torch package of the python3 on PATH.

function(lacuna_find_torch out)
  set(candidates ${CMAKE_PREFIX_PATH})
  string(REPLACE ":" ";" from_environment "$ENV{CMAKE_PREFIX_PATH}")
  list(APPEND candidates ${from_environment} ${CMAKE_BINARY_DIR}/libtorch/torch ${CMAKE_BINARY_DIR}/libtorch)
  foreach(candidate IN LISTS candidates)
    # A wheel's own hint points at torch/share/cmake; the library folder is two levels up.
    foreach(dir IN ITEMS "${candidate}" "${candidate}/../..")
      if(EXISTS "${dir}/lib/libtorch_cpu.so" AND EXISTS "${dir}/include/ATen/core/Tensor.h")
        get_filename_component(dir "${dir}" ABSOLUTE)
        set(${out} "${dir}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
  find_program(LACUNA_PYTHON3 python3)
  mark_as_advanced(LACUNA_PYTHON3)
  if(LACUNA_PYTHON3)
    execute_process(  # find_spec does not import torch, so this takes milliseconds
      COMMAND ${LACUNA_PYTHON3} -c "import importlib.util as u, os; s = u.find_spec('torch'); print(os.path.dirname(s.origin) if s else '')"
      OUTPUT_VARIABLE dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(dir AND EXISTS "${dir}/lib/libtorch_cpu.so")
      set(${out} "${dir}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

if(NOT LACUNA_TORCH_DIR)
  lacuna_find_torch(found)
  set(LACUNA_TORCH_DIR "${found}" CACHE PATH "LibTorch: the folder that holds include/ and lib/" FORCE)
endif()
if(NOT EXISTS "${LACUNA_TORCH_DIR}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LACUNA_TORCH_DIR: '${LACUNA_TORCH_DIR}' holds no lib/libtorch_cpu.so (run 'make setup', or set it to an unpacked LibTorch 2.11)")
endif()

if(NOT TARGET lacuna::torch)
  add_library(lacuna::torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(lacuna::torch SYSTEM INTERFACE
    ${LACUNA_TORCH_DIR}/include ${LACUNA_TORCH_DIR}/include/torch/csrc/api/include)
  target_link_libraries(lacuna::torch INTERFACE
    ${LACUNA_TORCH_DIR}/lib/libtorch_cpu.so ${LACUNA_TORCH_DIR}/lib/libc10.so)
endif()

find_package(nlohmann_json 3.11 REQUIRED)
