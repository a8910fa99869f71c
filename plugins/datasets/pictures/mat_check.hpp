// Whether a MATLAB file is whole, before libmatio reads it.
#pragma once

#include <string>

namespace lacuna::pictures {

// What is wrong with the bytes of a version 5 file, or "". Every element must lie within the file,
// and compressed ones must unpack with the right checksum: libmatio believes what it finds, and a
// damaged size makes it ask for gigabytes. Version 7.3 files are HDF5, which checks itself.
std::string mat_damage(const std::string& bytes);

}  // namespace lacuna::pictures
