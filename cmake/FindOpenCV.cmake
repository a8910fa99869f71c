# find_package(OpenCV COMPONENTS core imgproc) from the libraries alone: Debian keeps OpenCV's own package file in
# libopencv-dev, which pulls in 370 packages and 1 GB; the two modules that draw are a tenth of it.
# Gives OpenCV_LIBS, OpenCV_INCLUDE_DIRS, OpenCV_VERSION and the targets opencv_<component>.
if(NOT OpenCV_FIND_COMPONENTS)
  set(OpenCV_FIND_COMPONENTS core imgproc)
endif()
find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
mark_as_advanced(OpenCV_INCLUDE_DIR)
if(OpenCV_INCLUDE_DIR)
  file(STRINGS "${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp" version REGEX "define CV_VERSION_(MAJOR|MINOR|REVISION)")
  list(TRANSFORM version REPLACE "[^0-9]" "")
  list(JOIN version "." OpenCV_VERSION)
endif()

set(OpenCV_LIBS "")
foreach(component IN LISTS OpenCV_FIND_COMPONENTS)
  find_library(OpenCV_${component}_LIBRARY opencv_${component})
  mark_as_advanced(OpenCV_${component}_LIBRARY)
  if(OpenCV_INCLUDE_DIR AND OpenCV_${component}_LIBRARY)
    set(OpenCV_${component}_FOUND TRUE)
    list(APPEND OpenCV_LIBS opencv_${component})
    if(NOT TARGET opencv_${component})
      add_library(opencv_${component} SHARED IMPORTED GLOBAL)
      set_target_properties(opencv_${component} PROPERTIES IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endif()
endforeach()
set(OpenCV_INCLUDE_DIRS ${OpenCV_INCLUDE_DIR})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR VERSION_VAR OpenCV_VERSION HANDLE_COMPONENTS)
