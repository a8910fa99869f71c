# lacuna_pictures(<plugin>): what a data set of picture files needs. The code is compiled once for all of them.
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GIF 5 REQUIRED)
find_package(TIFF 4.5 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(matio REQUIRED IMPORTED_TARGET matio>=1.5)
if(NOT TARGET lacuna_pictures)
  file(GLOB pictures_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
  add_library(lacuna_pictures STATIC ${pictures_sources})
  set_target_properties(lacuna_pictures PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(lacuna_pictures PUBLIC ${CMAKE_CURRENT_LIST_DIR}/..)
  target_link_libraries(lacuna_pictures PUBLIC lacuna::sdk PkgConfig::matio
    PRIVATE lacuna_warnings JPEG::JPEG PNG::PNG GIF::GIF TIFF::TIFF PkgConfig::webp)
endif()

macro(lacuna_pictures plugin)
  target_link_libraries(${plugin} PRIVATE lacuna_pictures)
  target_link_options(${plugin} PRIVATE -Wl,--as-needed)  # libmatio brings HDF5 along, and few plugins read such files
endmacro()
