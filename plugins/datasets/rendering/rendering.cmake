# lacuna_rendered(<plugin>): what a drawn data set needs. The code is compiled once for all of them.
find_package(OpenCV 4 REQUIRED COMPONENTS core imgproc)
if(NOT TARGET lacuna_rendering)
  file(GLOB rendering_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
  add_library(lacuna_rendering STATIC ${rendering_sources})
  set_target_properties(lacuna_rendering PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(lacuna_rendering PUBLIC ${CMAKE_CURRENT_LIST_DIR}/..)
  target_include_directories(lacuna_rendering SYSTEM PUBLIC ${OpenCV_INCLUDE_DIRS})
  target_link_libraries(lacuna_rendering PUBLIC lacuna::sdk opencv_core opencv_imgproc PRIVATE lacuna_warnings)
endif()

macro(lacuna_rendered plugin)
  target_link_libraries(${plugin} PRIVATE lacuna_rendering)
endmacro()
