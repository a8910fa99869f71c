# lacuna_add_plugin(<name> <source>...): a loadable plugin, built the one way that is known to work, in and out of tree.
#   hidden visibility    plugins must not see each other's symbols
#   -z defs              a missing symbol fails the link, not the run
#   -z nodelete          autograd nodes and exceptions point into plugin code: never unmapped
#   optimised            also where nobody says a build type: the compiler's own default is -O0
#   no run path          LibTorch and the SDK are already in the host; a path would make the file differ per machine
function(lacuna_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE lacuna::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON SKIP_BUILD_RPATH ON INSTALL_RPATH "")
  target_compile_options(${name} PRIVATE -ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=${name})
  get_property(several_types GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT CMAKE_BUILD_TYPE AND NOT several_types AND NOT CMAKE_CXX_FLAGS MATCHES "-O")
    target_compile_options(${name} PRIVATE -O3)
    target_compile_definitions(${name} PRIVATE NDEBUG)
  endif()
  target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,-z,nodelete)
  if(COMMAND lacuna_in_tree_plugin AND NOT LACUNA_PLUGINS_STAY_HERE)  # our own build puts them beside the program
    lacuna_in_tree_plugin(${name})
  endif()
endfunction()
