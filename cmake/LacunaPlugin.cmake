# lacuna_add_plugin(<name> <source>...): a loadable plugin, built the one way that is known to work, in and out of tree.
#   hidden visibility    plugins must not see each other's symbols
#   -z defs              a missing symbol fails the link, not the run
#   -z nodelete          autograd nodes and exceptions point into plugin code: never unmapped
#   no run path          LibTorch and the SDK are already in the host; a path would make the file differ per machine
function(lacuna_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE lacuna::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON SKIP_BUILD_RPATH ON INSTALL_RPATH "")
  target_compile_options(${name} PRIVATE -ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=${name})
  target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,-z,nodelete)
  if(COMMAND lacuna_in_tree_plugin AND NOT LACUNA_PLUGINS_STAY_HERE)  # our own build puts them beside the program
    lacuna_in_tree_plugin(${name})
  endif()
endfunction()
