# LibTorch as imported targets made from its folder alone: find_package(Torch) of a CUDA wheel stops where no CUDA
# toolkit is installed, and would link libtorch_cuda. The same file serves the build, the install and a consumer.
include(${CMAKE_CURRENT_LIST_DIR}/LacunaTorch.cmake)
lacuna_find_torch(found)
if(NOT found)
  message(FATAL_ERROR "LibTorch ${LACUNA_TORCH_VERSION}: none found (run 'make setup', or set LACUNA_TORCH_DIR to an unpacked one)")
endif()
set(LACUNA_TORCH_DIR "${found}" CACHE PATH "LibTorch: the folder that holds include/ and lib/" FORCE)

if(NOT TARGET lacuna::torch)
  add_library(lacuna::torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(lacuna::torch SYSTEM INTERFACE
    ${LACUNA_TORCH_DIR}/include ${LACUNA_TORCH_DIR}/include/torch/csrc/api/include)
  # Without it <ATen/TensorOperators.h> drags every operator in: 5 s a file.
  target_compile_definitions(lacuna::torch INTERFACE AT_PER_OPERATOR_HEADERS)
  target_link_libraries(lacuna::torch INTERFACE
    ${LACUNA_TORCH_DIR}/lib/libtorch_cpu.so ${LACUNA_TORCH_DIR}/lib/libc10.so)
endif()

find_package(nlohmann_json 3.11 REQUIRED)
