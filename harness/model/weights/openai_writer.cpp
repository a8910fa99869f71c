#include "model/weights/openai_writer.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <memory>

#include "lacuna/error.hpp"
#include "model/clip/resnet_tower.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/zip_writer.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

// OpenAI halved what convolutions and linear layers hold, and the two projections.
bool halved(const std::string& name, const at::Tensor& tensor) {
  if (name == "visual.proj" || name == "text_projection" || tensor.dim() == 4) return true;
  for (const char* part : {".attn.", ".mlp.", "_proj."})
    if (name.find(part) != name.npos) return true;
  return false;
}

// A module of the archive: its tensors, and modules within it.
struct Module {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::unique_ptr<Module>> modules;
};

void insert(Module& module, const std::string& name, const at::Tensor& tensor) {
  const auto dot = name.find('.');
  if (dot == name.npos) {
    module.tensors[name] = tensor;
    return;
  }
  auto& inner = module.modules[name.substr(0, dot)];
  if (!inner) inner = std::make_unique<Module>();
  insert(*inner, name.substr(dot + 1), tensor);
}

bool is_buffer(const std::string& name, const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kLong || name.starts_with("running_");
}

// data.pkl in the opcodes of TorchScript's pickler, the classes' source, and the tensors in order.
class Archive {
 public:
  explicit Archive(const Module& root) {
    pickle_ = "\x80\x02";
    add(root);
    pickle_ += '.';
  }

  void write(const Write& write) const {
    ZipWriter zip(write);
    zip.add("archive/version", "3\n");
    zip.add("archive/data.pkl", pickle_);
    zip.add("archive/code/__torch__/clip.py", code_);
    zip.add("archive/constants.pkl", {"\x80\x02).", 4});
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      const auto stored = tensors_[i].contiguous();
      zip.add(fmt::format("archive/data/{}", i),
              {static_cast<const char*>(stored.const_data_ptr()), stored.nbytes()});
    }
    zip.finish();
  }

 private:
  // Its class is declared after those of the modules within, which its own names. Gives its name.
  std::string add(const Module& module) {
    const auto name = classes_ == 0 ? std::string("Multimodal") : fmt::format("Part{}", classes_);
    ++classes_;
    global("__torch__.clip", name);
    pickle_ += ")\x81}(";
    text("training");
    pickle_ += '\x89';
    std::string parameters, buffers, members;
    for (const auto& [key, tensor] : module.tensors) {
      (is_buffer(key, tensor) ? buffers : parameters) += fmt::format("\"{}\", ", key);
      members += fmt::format("  {} : Tensor\n", key);
      text(key);
      add(tensor);
    }
    for (const auto& [key, inner] : module.modules) {
      text(key);
      const auto type = add(*inner);
      const bool digit = key.front() >= '0' && key.front() <= '9';
      members += digit ? fmt::format("  __annotations__[\"{}\"] = __torch__.clip.{}\n", key, type)
                       : fmt::format("  {} : __torch__.clip.{}\n", key, type);
    }
    pickle_ += "ub";
    code_ += fmt::format(
        "class {}(Module):\n  __parameters__ = [{}]\n  __buffers__ = [{}]\n  training : bool\n{}",
        name, parameters, buffers, members);
    return name;
  }

  void add(const at::Tensor& tensor) {
    global("torch._utils", "_rebuild_tensor_v2");
    pickle_ += "((";
    text("storage");
    global("torch", tensor.scalar_type() == at::kHalf   ? "HalfStorage"
                    : tensor.scalar_type() == at::kLong ? "LongStorage"
                                                        : "FloatStorage");
    text(std::to_string(tensors_.size()));
    text("cpu");
    integer(tensor.numel());
    pickle_ += "tQ";
    integer(0);
    integers(tensor.sizes());
    integers(tensor.contiguous().strides());
    pickle_ += '\x89';
    global("collections", "OrderedDict");
    pickle_ += ")RtR";
    tensors_.push_back(tensor);
  }

  void global(const std::string& module, const std::string& name) {
    pickle_ += 'c' + module + '\n' + name + '\n';
  }
  void text(const std::string& value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    pickle_ += 'X';
    pickle_.append(reinterpret_cast<const char*>(&size), sizeof size).append(value);
  }
  void integer(std::int64_t value) {
    if (value > INT32_MAX)
      throw Error(fmt::format("{} elements are too many for the archive", value));
    const auto number = static_cast<std::int32_t>(value);
    pickle_ += 'J';
    pickle_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void integers(at::IntArrayRef values) {
    pickle_ += '(';
    for (const auto value : values) integer(value);
    pickle_ += 't';
  }

  std::string pickle_, code_;
  std::vector<at::Tensor> tensors_;
  int classes_ = 0;
};

}  // namespace

NamedTensors rounded_as_openai(const NamedTensors& weights) {
  NamedTensors out;
  for (const auto& [name, tensor] : weights)
    out[name] = halved(name, tensor) ? tensor.to(at::kHalf).to(at::kFloat) : tensor;
  return out;
}

void save_openai_archive(const std::filesystem::path& path, const ClipConfig& config,
                         const NamedTensors& weights) {
  if (config.vision.type == "conv")
    throw ConfigError(path.string() + ": OpenAI's format knows no conv tower");
  auto tensors = weights;
  if (config.vision.type == "resnet") {
    unfold_batch_norms(tensors, config.vision);
    for (const auto& unit : resnet_units(config.vision))
      tensors[unit.norm + ".num_batches_tracked"] = at::scalar_tensor(0, at::kLong);
  }
  if (const auto implied = to_json(openai_config(tensors)); implied != to_json(config))
    throw ConfigError(
        fmt::format("{}: OpenAI's format cannot say this configuration, only {} (heads of 64, "
                    "QuickGELU, CLIP's mean and std)",
                    path.string(), implied.dump()));
  Module root;
  for (const auto& [name, tensor] : tensors)
    insert(root, name, halved(name, tensor) ? tensor.to(at::kHalf) : tensor);
  const std::int64_t size = config.vision.image_size;
  insert(root, "input_resolution", at::scalar_tensor(size, at::kLong));
  insert(root, "context_length", at::scalar_tensor(config.text.context_length, at::kLong));
  insert(root, "vocab_size", at::scalar_tensor(config.text.vocabulary_size, at::kLong));
  const Archive archive(root);
  write_file_atomically(path, [&](const Write& write) { archive.write(write); });
}

}  // namespace lacuna
