// TIFF through OpenCV, for the kinds where it agrees with Pillow: 8 bits a channel without alpha.
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {

at::Tensor decode_tiff(std::string_view bytes) {
  cv::setNumThreads(0);
  const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
  cv::Mat pixels;
  try {
    pixels = cv::imdecode(file, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    damaged("TIFF", error.err);
  }
  if (pixels.empty()) damaged("TIFF", "its pixels cannot be read, or end too early");
  if (pixels.type() != CV_8UC3 && pixels.type() != CV_8UC1)
    throw Unreadable("is a TIFF file of an unusual kind (8 bits a channel, without alpha)");
  auto picture = new_picture(pixels.cols, pixels.rows);
  cv::Mat rgb(pixels.rows, pixels.cols, CV_8UC3, picture.mutable_data_ptr());
  cv::cvtColor(pixels, rgb, pixels.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  return picture;
}

}  // namespace lacuna::pictures
