#include "pictures/decode.hpp"

#include <ATen/ops/empty.h>

#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "lacuna/error.hpp"

namespace lacuna::pictures {

at::Tensor decode(const std::filesystem::path& file) {
  cv::setNumThreads(0);
  const auto bgr = cv::imread(file.string(), cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  if (bgr.empty()) throw Error(file.string() + ": is no picture that can be read");
  auto out = at::empty({bgr.rows, bgr.cols, 3}, at::kByte);
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, out.mutable_data_ptr());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return out;
}

}  // namespace lacuna::pictures
