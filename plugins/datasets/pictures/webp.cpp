// WebP through libwebp. Alpha is dropped, as Pillow drops it.
#include <webp/decode.h>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {

at::Tensor decode_webp(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  const auto status = WebPGetFeatures(data, bytes.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) cut_short("WebP");
  if (status != VP8_STATUS_OK) damaged("WebP", "its header cannot be read");
  if (features.has_animation != 0)
    throw Unreadable("is an animated WebP file (save its first frame as a picture)");
  auto picture = new_picture(features.width, features.height);
  if (WebPDecodeRGBInto(data, bytes.size(), picture.mutable_data_ptr<std::uint8_t>(),
                        static_cast<std::size_t>(picture.numel()), 3 * features.width) == nullptr)
    damaged("WebP", "its pixels cannot be read, or end too early");
  return picture;
}

}  // namespace lacuna::pictures
