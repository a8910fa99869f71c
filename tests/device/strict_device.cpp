#include "strict_device.hpp"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/library.h>

#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "strict_autocast.hpp"
#include "strict_memory.hpp"

namespace lacuna::testing {
namespace {

using c10::IValue;
using Stack = torch::jit::Stack;

constexpr auto kStrict = c10::kPrivateUse1;
const c10::Device device(kStrict, 0);

bool is_strict(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == kStrict;
}

std::string shape_of(const at::Tensor& tensor) {
  return fmt::format("{} {}", c10::toString(tensor.scalar_type()), tensor.sizes().vec());
}

// ---- the log

struct Log {
  std::mutex mutex;
  DeviceLog now;
};

Log& log() {
  static auto* log = new Log;
  return *log;
}

void called(const std::string& name) {
  const std::lock_guard lock(log().mutex);
  if (!log().now.operators.contains(name)) log().now.operators.insert(name);
}

void waited(const std::string& name) {
  const std::lock_guard lock(log().mutex);
  ++log().now.waits[name];
}

void copied(const char* where, const at::Tensor& tensor) {
  const std::lock_guard lock(log().mutex);
  ++log().now.copies[fmt::format("{} {}", where, shape_of(tensor))];
}

// ---- tensors on either side

c10::DispatchKeySet keys() { return c10::DispatchKeySet(c10::DispatchKey::PrivateUse1); }

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType type) {
  return at::detail::empty_strided_generic(sizes, strides, &StrictAllocator::instance(), keys(),
                                           type);
}

at::Tensor over(c10::Storage storage, c10::DispatchKey key, const at::Tensor& like) {
  auto out = at::detail::make_tensor<c10::TensorImpl>(std::move(storage), c10::DispatchKeySet(key),
                                                      like.dtype());
  out.unsafeGetTensorImpl()->set_sizes_and_strides(like.sizes(), like.strides(),
                                                   like.storage_offset());
  return out;
}

// The host's view of the device tensors of one call, and the way back.
class HostViews {
 public:
  at::Tensor of(const at::Tensor& tensor) {
    if (!is_strict(tensor)) return tensor;
    auto& storage = storages_[tensor.storage().unsafeGetStorageImpl()];
    if (!storage.host) {
      storage.device = tensor.storage();
      void* at = StrictAllocator::instance().on_host(tensor.storage().data());
      storage.host = c10::Storage(c10::Storage::use_byte_size_t(), tensor.storage().nbytes(),
                                  at::DataPtr(at, c10::kCPU), c10::GetCPUAllocator(),
                                  /*resizable=*/true);
    }
    auto view = over(storage.host, c10::DispatchKey::CPU, tensor);
    views_.push_back({tensor, view});
    return view;
  }

  // What a kernel resized is resized on the device as well.
  void take_back() {
    for (auto& [_, storage] : storages_) {
      auto& allocator = StrictAllocator::instance();
      if (storage.host.data() == allocator.on_host(storage.device.data())) continue;
      auto fresh = allocator.allocate(storage.host.nbytes());
      std::memcpy(allocator.on_host(fresh.get()), storage.host.data(), storage.host.nbytes());
      storage.device.set_data_ptr_noswap(std::move(fresh));
      storage.device.set_nbytes(storage.host.nbytes());
    }
    for (auto& [tensor, view] : views_)
      if (view.sizes() != tensor.sizes() || view.strides() != tensor.strides())
        tensor.unsafeGetTensorImpl()->set_sizes_and_strides(view.sizes(), view.strides(),
                                                            view.storage_offset());
  }

  // The device's tensor for a result: the argument itself, a view of one, or a new tensor.
  at::Tensor on_device(const at::Tensor& result) const {
    if (!result.defined()) return result;
    for (const auto& [tensor, view] : views_)
      if (view.is_same(result)) return tensor;
    for (const auto& [_, storage] : storages_)
      if (storage.host.unsafeGetStorageImpl() == result.storage().unsafeGetStorageImpl())
        return over(storage.device, c10::DispatchKey::PrivateUse1, result);
    auto out = empty_strided(result.sizes(), result.strides(), result.scalar_type());
    HostViews().of(out).copy_(result);
    return out;
  }

 private:
  struct Pair {
    at::Tensor tensor, view;
  };
  struct Storages {
    c10::Storage device, host;
  };
  std::vector<Pair> views_;
  std::unordered_map<c10::StorageImpl*, Storages> storages_;
};

// ---- the rules

// Operators of which CUDA lets one side be a number on the host.
const std::set<std::string> kTakesNumbers{"add",
                                          "add_",
                                          "sub",
                                          "sub_",
                                          "rsub",
                                          "mul",
                                          "mul_",
                                          "div",
                                          "div_",
                                          "eq",
                                          "ne",
                                          "lt",
                                          "le",
                                          "gt",
                                          "ge",
                                          "where",
                                          "maximum",
                                          "minimum",
                                          "pow",
                                          "pow_",
                                          "logical_and",
                                          "logical_or",
                                          "logical_xor",
                                          "bitwise_and",
                                          "bitwise_or",
                                          "bitwise_xor",
                                          "masked_fill",
                                          "masked_fill_",
                                          "fill_",
                                          "remainder",
                                          "fmod",
                                          "bitwise_right_shift",
                                          "bitwise_left_shift"};
// Operators of which the indices may be on the host; they are copied then.
const std::set<std::string> kTakesIndices{"index", "index_put_", "_index_put_impl_",
                                          "_unsafe_index", "index_put"};
// Operators whose result's shape is in the data.
const std::set<std::string> kShapedByData{"nonzero",  "masked_select",     "_unique",
                                          "_unique2", "unique_dim",        "unique_consecutive",
                                          "bincount", "repeat_interleave", "multinomial"};

// An operator and the rules for it, found once.
struct Rules {
  explicit Rules(const c10::FunctionSchema& schema)
      : full(c10::toString(schema.operator_name())), name(schema.name()) {
    const auto base = name.substr(name.find("::") + 2);
    takes_numbers = kTakesNumbers.contains(base);
    takes_indices = kTakesIndices.contains(base);
    shaped_by_data = kShapedByData.contains(base);
    for (const auto& argument : schema.arguments())
      draws |= argument.type()->str().starts_with("Generator");
  }

  std::string full, name;  // "aten::add.Tensor", "aten::add"
  bool takes_numbers = false, takes_indices = false, shaped_by_data = false, draws = false;
};

const Rules& rules_of(const c10::OperatorHandle& op) {
  static std::mutex mutex;
  static std::map<c10::OperatorName, Rules,
                  bool (*)(const c10::OperatorName&, const c10::OperatorName&)>
      all([](const auto& a, const auto& b) {
        return std::tie(a.name, a.overload_name) < std::tie(b.name, b.overload_name);
      });
  const std::lock_guard lock(mutex);
  const auto found = all.find(op.operator_name());
  if (found != all.end()) return found->second;
  return all.emplace(op.operator_name(), Rules(op.schema())).first->second;
}

void check_devices(const Rules& rules, const std::vector<at::Tensor>& tensors) {
  for (const auto& tensor : tensors) {
    if (!tensor.defined() || is_strict(tensor)) continue;
    if (tensor.dim() == 0 && rules.takes_numbers) continue;
    if (rules.takes_indices && tensor.scalar_type() != at::kFloat) {
      copied("to device", tensor);
      continue;
    }
    TORCH_CHECK(false,
                "Expected all tensors to be on the same device, but found at least two devices, "
                "strict:0 and cpu! (",
                rules.name, ": ", shape_of(tensor), ")");
  }
}

// CUDA's kernel walks four lists side by side; strides that differ are refused there.
void check_fused(const Stack& stack, std::size_t first) {
  const auto parameters = stack[first].toTensorVector();
  for (std::size_t list = 1; list < 4; ++list) {
    const auto others = stack[first + list].toTensorVector();
    for (std::size_t i = 0; i < parameters.size(); ++i)
      TORCH_CHECK(others[i].strides() == parameters[i].strides() &&
                      others[i].scalar_type() == parameters[i].scalar_type(),
                  "_fused_adamw_: lists of different strides or types");
  }
  for (const auto& step : stack[first + 5].toTensorVector())
    TORCH_CHECK(is_strict(step) && step.scalar_type() == at::kFloat,
                "_fused_adamw_: steps must be float32 on the device");
}

bool has_mask(const std::vector<at::Tensor>& tensors) {
  for (std::size_t i = 1; i < tensors.size(); ++i)
    if (tensors[i].defined() &&
        (tensors[i].scalar_type() == at::kBool || tensors[i].scalar_type() == at::kByte))
      return true;
  return false;
}

// ---- any operator

void append_tensors(const IValue& value, std::vector<at::Tensor>& out) {
  if (value.isTensor()) out.push_back(value.toTensor());
  if (value.isTensorList())
    for (const at::Tensor& tensor : value.toTensorVector()) out.push_back(tensor);
  if (value.isOptionalTensorList())
    for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorList())
      if (tensor) out.push_back(*tensor);
}

IValue to_host(const IValue& value, HostViews& views) {
  if (value.isTensor()) return views.of(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(views.of(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorList())
      list.push_back(tensor ? std::optional(views.of(*tensor)) : std::nullopt);
    return list;
  }
  if (value.isDevice()) return c10::Device(c10::kCPU);
  return value;
}

IValue to_device(const IValue& value, const HostViews& views) {
  if (value.isTensor()) return views.on_device(value.toTensor());
  if (!value.isTensorList()) return value;
  c10::List<at::Tensor> list;
  for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(views.on_device(tensor));
  return list;
}

void run(const c10::OperatorHandle& op, Stack* stack) {
  const auto& rules = rules_of(op);
  const auto count = op.schema().arguments().size(), first = stack->size() - count;
  called(rules.full);
  TORCH_CHECK(!rules.draws, "Expected a 'strict' device type for generator but found 'cpu' (",
              rules.name, " draws on the device)");

  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < count; ++i) append_tensors((*stack)[first + i], tensors);
  check_devices(rules, tensors);
  if (rules.name == "aten::_fused_adamw_") check_fused(*stack, first);
  if (rules.shaped_by_data || (rules.takes_indices && has_mask(tensors))) waited(rules.name);

  HostViews views;
  for (std::size_t i = 0; i < count; ++i) (*stack)[first + i] = to_host((*stack)[first + i], views);
  {
    const at::AutoDispatchBelowADInplaceOrView below;
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  }
  views.take_back();
  for (std::size_t i = first; i < stack->size(); ++i) {
    auto& value = (*stack)[i];
    if (!value.isTensor() && !value.isTensorList() && !value.isNone()) waited(rules.name);
    value = to_device(value, views);
  }
}

// ---- operators that need more than the CPU's kernel

at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> type,
                 std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                 std::optional<at::MemoryFormat> format) {
  called("aten::empty");
  return at::detail::empty_generic(size, &StrictAllocator::instance(), keys(),
                                   type.value_or(at::kFloat), format);
}

at::Tensor empty_with_strides(at::IntArrayRef size, at::IntArrayRef strides,
                              std::optional<at::ScalarType> type, std::optional<at::Layout>,
                              std::optional<at::Device>, std::optional<bool>) {
  called("aten::empty_strided");
  return empty_strided(size, strides, type.value_or(at::kFloat));
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool /*non_blocking*/) {
  called("aten::copy_");
  if (!is_strict(from)) copied("to device", from);
  if (!is_strict(to)) copied("to host", from);
  const at::AutoDispatchBelowADInplaceOrView below;
  HostViews views;
  views.of(to).copy_(views.of(from));
  return to;
}

void same_device(const std::vector<at::Tensor>& tensors) {
  static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("aten::convolution", "");
  check_devices(rules_of(op), tensors);
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight,
                       const std::optional<at::Tensor>& bias, at::IntArrayRef stride,
                       at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, std::int64_t groups) {
  called("aten::convolution");
  same_device({input, weight, bias.value_or(at::Tensor())});
  const at::AutoDispatchBelowADInplaceOrView below;
  HostViews views;
  const auto host_bias = bias ? std::optional(views.of(*bias)) : std::nullopt;
  return views.on_device(at::convolution(views.of(input), views.of(weight), host_bias, stride,
                                         padding, dilation, transposed, output_padding, groups));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolution_backward(
    const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight,
    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef output_padding, std::int64_t groups, std::array<bool, 3> mask) {
  called("aten::convolution_backward");
  same_device({gradient, input, weight});
  const at::AutoDispatchBelowADInplaceOrView below;
  HostViews views;
  const std::vector<std::int64_t> bias{weight.size(0)};
  const auto [x, w, b] = at::convolution_backward(
      views.of(gradient), views.of(input), views.of(weight), at::OptionalIntArrayRef(bias), stride,
      padding, dilation, transposed, output_padding, groups, mask);
  return {views.on_device(x), views.on_device(w), views.on_device(b)};
}

// ---- what LibTorch asks of a device

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kStrict; }
  c10::Device exchangeDevice(c10::Device) const override { return device; }
  c10::Device getDevice() const override { return device; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override {
    return c10::Stream(c10::Stream::DEFAULT, device);
  }
  c10::Stream getDefaultStream(c10::Device d) const override { return getStream(d); }
  c10::Stream exchangeStream(c10::Stream) const override { return getStream(device); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  // Work is done when it is asked for.
  void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override { waited("synchronizeStream"); }
  void synchronizeEvent(void*) const override { waited("synchronizeEvent"); }
  void synchronizeDevice(c10::DeviceIndex) const override { waited("synchronizeDevice"); }
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
};

// The CPU's kernel for every operator that has one, so that the numbers are the CPU's.
void register_operators(torch::Library& library) {
  auto& dispatcher = c10::Dispatcher::singleton();
  const std::set<std::string> own{"aten::empty.memory_format", "aten::empty_strided"};
  for (const auto& name : dispatcher.getAllOpNamesForDispatchKey(c10::DispatchKey::CPU)) {
    const auto full = c10::toString(name);
    if (name.getNamespace() != "aten" || own.contains(full)) continue;
    library.impl(full.c_str(), torch::CppFunction::makeFromBoxedFunction<&run>());
  }
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_with_strides);
  library.impl("_copy_from", &copy_from);
  library.impl("convolution_overrideable", &convolution);
  library.impl("convolution_backward_overrideable", &convolution_backward);
}

}  // namespace

c10::Device strict_device() {
  static const bool once = [] {
    c10::register_privateuse1_backend("strict");
    c10::SetAllocator(kStrict, &StrictAllocator::instance());
    c10::impl::registerDeviceGuard(kStrict, new Guard);
    at::RegisterPrivateUse1HooksInterface(new Hooks);
    static auto* library = new torch::Library(torch::Library::IMPL, "aten",
                                              c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
    register_operators(*library);
    register_autocast();
    return true;
  }();
  static_cast<void>(once);
  return device;
}

DeviceLog take_log() {
  const std::lock_guard lock(log().mutex);
  return std::exchange(log().now, {});
}

void limit_device_memory(std::size_t bytes) { StrictAllocator::instance().limit(bytes); }

std::size_t device_bytes_held() { return StrictAllocator::instance().held(); }

}  // namespace lacuna::testing
