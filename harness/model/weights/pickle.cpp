#include "model/weights/pickle.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

constexpr std::size_t kPickleLimit = std::size_t{32} << 20;  // OpenAI's largest is below 1 MB
constexpr std::size_t kValueLimit = 2'000'000;
constexpr std::size_t kTensorLimit = 20'000, kNameLimit = 256, kDimensionLimit = 64;

using Index = std::uint32_t;  // of a value

struct Value {
  enum class Kind {
    none,
    boolean,
    integer,
    real,
    text,
    sequence,    // list or tuple: items
    dictionary,  // items: key, value, key, value, …
    object,      // of a TorchScript class; number: its dictionary of attributes, or -1
    object_class,
    storage_class,
    storage,  // text: its key
    tensor,
    rebuild_tensor,
    rebuild_parameter,
    ordered_dict_class,
  };
  Kind kind = Kind::none;
  at::ScalarType type = at::kFloat;
  std::int64_t number = 0;  // also: a storage's elements, a tensor's index
  std::string_view text = {};
  std::vector<Index> items = {};
};
using Kind = Value::Kind;

const std::map<std::string_view, at::ScalarType>& storages() {
  static const std::map<std::string_view, at::ScalarType> known{
      {"FloatStorage", at::kFloat},       {"HalfStorage", at::kHalf},
      {"BFloat16Storage", at::kBFloat16}, {"DoubleStorage", at::kDouble},
      {"LongStorage", at::kLong},         {"IntStorage", at::kInt},
      {"ShortStorage", at::kShort},       {"CharStorage", at::kChar},
      {"ByteStorage", at::kByte},         {"BoolStorage", at::kBool}};
  return known;
}

// A name from the file, fit to be printed.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kNameLimit)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

// All values lie in one vector and refer to each other by index, so that neither a cycle nor a
// tower of a million nested lists can exhaust the stack when they are freed.
class Machine {
 public:
  explicit Machine(std::string_view pickle) : pickle_(pickle) {
    if (pickle.size() > kPickleLimit)
      fail(fmt::format("{} bytes are more than any model's pickle", pickle.size()));
  }

  std::map<std::string, PickledTensor> run() {
    while (step()) {
    }
    if (stack_.size() != 1 || !marks_.empty()) fail("does not end with one value");
    auto root = stack_.back();
    if (const auto inner = entry_of(root, "state_dict")) root = *inner;
    if (attributes(root) == nullptr) fail("holds no dictionary of tensors");
    collect(root, "");
    if (names_.empty()) fail("holds no tensor");
    return std::move(names_);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const { throw ConfigError(reason); }

  // Bytes of the pickle.
  std::string_view take(std::size_t count) {
    if (count > pickle_.size() - at_) fail("the pickle is cut short");
    const auto bytes = pickle_.substr(at_, count);
    at_ += count;
    return bytes;
  }
  template <class T>
  T take_number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take_line() {
    const auto end = pickle_.find('\n', at_);
    if (end == pickle_.npos) fail("the pickle is cut short");
    const auto line = take(end - at_);
    ++at_;
    return line;
  }

  // Values.
  Index make(Value value) {
    if (values_.size() >= kValueLimit)
      fail(fmt::format("more than {} values, which no model needs", kValueLimit));
    values_.push_back(std::move(value));
    return static_cast<Index>(values_.size() - 1);
  }
  void push(Value value) { stack_.push_back(make(std::move(value))); }
  void push_text(std::string_view text) { push({.kind = Kind::text, .text = text}); }
  void push_integer(std::int64_t number) { push({.kind = Kind::integer, .number = number}); }
  Index pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
      fail("the pickle is damaged: its stack is empty");
    const auto top = stack_.back();
    stack_.pop_back();
    return top;
  }
  Index top() {
    const auto index = pop();
    stack_.push_back(index);
    return index;
  }
  std::vector<Index> pop_to_mark() {
    if (marks_.empty()) fail("the pickle is damaged: a mark is missing");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Index> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  void push_tuple(std::size_t size) {
    std::vector<Index> items(size);
    for (auto i = size; i-- > 0;) items[i] = pop();
    push({.kind = Kind::sequence, .items = std::move(items)});
  }
  const Value& get(Index index, Kind kind, const char* what) const {
    if (values_[index].kind != kind)
      fail(fmt::format("the pickle is damaged: {} is expected", what));
    return values_[index];
  }
  // Keys and values of a dictionary or of an object; nullptr for all else.
  const std::vector<Index>* attributes(Index index) const {
    const auto& value = values_[index];
    if (value.kind == Kind::dictionary) return &value.items;
    if (value.kind != Kind::object || value.number < 0) return nullptr;
    return &values_[static_cast<std::size_t>(value.number)].items;
  }
  std::optional<Index> entry_of(Index index, std::string_view key) const {
    const auto* items = attributes(index);
    for (std::size_t i = 0; items != nullptr && i + 1 < items->size(); i += 2) {
      const auto& name = values_[(*items)[i]];
      if (name.kind == Kind::text && name.text == key) return (*items)[i + 1];
    }
    return {};
  }

  // One opcode; false after the last. Names are those of Python's pickletools.
  bool step() {
    const auto start = at_;
    const auto opcode = static_cast<unsigned char>(take(1).front());
    // clang-format off
    switch (opcode) {
      case 0x80: check_protocol(take_number<std::uint8_t>()); break;                    // PROTO
      case 0x95: take(8); break;                                                        // FRAME
      case '.': return false;                                                           // STOP
      case '(': marks_.push_back(stack_.size()); break;                                 // MARK
      case 'N': push({}); break;                                                        // NONE
      case 0x88: push({.kind = Kind::boolean, .number = 1}); break;                     // NEWTRUE
      case 0x89: push({.kind = Kind::boolean}); break;                                  // NEWFALSE
      case 'K': push_integer(take_number<std::uint8_t>()); break;                       // BININT1
      case 'M': push_integer(take_number<std::uint16_t>()); break;                      // BININT2
      case 'J': push_integer(take_number<std::int32_t>()); break;                       // BININT
      case 0x8a: push_integer(long_integer(take(take_number<std::uint8_t>()))); break;  // LONG1
      case 'G': take(8); push({.kind = Kind::real}); break;                             // BINFLOAT
      case 'X': push_text(take(take_number<std::uint32_t>())); break;             // BINUNICODE
      case 0x8c: push_text(take(take_number<std::uint8_t>())); break;            // SHORT_BINUNICODE
      case ')': case ']': push({.kind = Kind::sequence}); break;                  // EMPTY_TUPLE
      case 't': push({.kind = Kind::sequence, .items = pop_to_mark()}); break;    // TUPLE
      case 0x85: push_tuple(1); break;                                            // TUPLE1
      case 0x86: push_tuple(2); break;                                            // TUPLE2
      case 0x87: push_tuple(3); break;                                            // TUPLE3
      case '}': push({.kind = Kind::dictionary}); break;                          // EMPTY_DICT
      case 'a': append({pop()}); break;                                           // APPEND
      case 'e': append(pop_to_mark()); break;                                     // APPENDS
      case 's': set_item(); break;                                                // SETITEM
      case 'u': set_items(pop_to_mark()); break;                                  // SETITEMS
      case 'q': memo_[take_number<std::uint8_t>()] = top(); break;                // BINPUT
      case 'r': memo_[take_number<std::uint32_t>()] = top(); break;               // LONG_BINPUT
      case 0x94: memo_[static_cast<std::uint32_t>(memo_.size())] = top(); break;  // MEMOIZE
      case 'h': recall(take_number<std::uint8_t>()); break;                       // BINGET
      case 'j': recall(take_number<std::uint32_t>()); break;                      // LONG_BINGET
      case 'c': global_of_lines(); break;                                         // GLOBAL
      case 0x93: global_of_stack(); break;                                        // STACK_GLOBAL
      case 'Q': persistent(pop()); break;                                         // BINPERSID
      case 'R': reduce(); break;                                                  // REDUCE
      case 0x81: new_object(); break;                                             // NEWOBJ
      case 'b': build(pop()); break;                                              // BUILD
      default:
        fail(fmt::format("opcode 0x{:02x} at byte {} is none that PyTorch writes for weights",
                         opcode, start));
    }
    // clang-format on
    return true;
  }

  void check_protocol(int protocol) const {
    if (protocol > 5) fail(fmt::format("pickle protocol {} is not known", protocol));
  }

  std::int64_t long_integer(std::string_view bytes) {
    if (bytes.size() > 8) fail("an integer of more than 64 bits");
    std::uint64_t value = 0;
    if (!bytes.empty() && (bytes.back() & 0x80) != 0) value = ~std::uint64_t{0};
    std::memcpy(&value, bytes.data(), bytes.size());
    return std::bit_cast<std::int64_t>(value);
  }

  void append(const std::vector<Index>& items) {
    const auto list = top();
    get(list, Kind::sequence, "a list");
    values_[list].items.insert(values_[list].items.end(), items.begin(), items.end());
  }

  void set_item() {
    const auto value = pop(), key = pop();
    set_items({key, value});
  }

  void set_items(const std::vector<Index>& items) {
    const auto dictionary = top();
    get(dictionary, Kind::dictionary, "a dictionary");
    if (items.size() % 2 != 0) fail("the pickle is damaged: a key without a value");
    values_[dictionary].items.insert(values_[dictionary].items.end(), items.begin(), items.end());
  }

  void recall(std::uint32_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail("the pickle is damaged: it recalls what it never kept");
    stack_.push_back(found->second);
  }

  void global_of_lines() {
    const auto module = take_line();
    push_global(module, take_line());
  }

  void global_of_stack() {
    const auto name = get(pop(), Kind::text, "a name").text;
    push_global(get(pop(), Kind::text, "a module").text, name);
  }

  void push_global(std::string_view module, std::string_view name) {
    if (module == "torch") {
      if (const auto found = storages().find(name); found != storages().end())
        return push({.kind = Kind::storage_class, .type = found->second});
    }
    if (module == "torch._utils" && name == "_rebuild_tensor_v2")
      return push({.kind = Kind::rebuild_tensor});
    if (module == "torch._utils" && name == "_rebuild_parameter")
      return push({.kind = Kind::rebuild_parameter});
    if (module == "collections" && name == "OrderedDict")
      return push({.kind = Kind::ordered_dict_class});
    if (module == "__torch__" || module.starts_with("__torch__."))
      return push({.kind = Kind::object_class});
    fail(
        fmt::format("asks for {}.{}, which a file of weights has no use for (refused; nothing in "
                    "it was executed)",
                    printable(module), printable(name)));
  }

  // ("storage", class, key, device, elements): the only thing PyTorch keeps outside the pickle.
  void persistent(Index index) {
    const auto& items = get(index, Kind::sequence, "a storage").items;
    if (items.size() < 5 || get(items[0], Kind::text, "'storage'").text != "storage")
      fail("the pickle is damaged: a persistent id is not a storage's");
    const auto type = get(items[1], Kind::storage_class, "a storage class").type;
    const auto key = get(items[2], Kind::text, "a storage's key").text;
    const auto size = get(items[4], Kind::integer, "a storage's size").number;
    push({.kind = Kind::storage, .type = type, .number = size, .text = key});
  }

  void new_object() {
    const auto arguments = pop();
    get(pop(), Kind::object_class, "a TorchScript class");
    if (!get(arguments, Kind::sequence, "a tuple").items.empty())
      fail("makes an object with arguments");
    push({.kind = Kind::object, .number = -1});
  }

  void reduce() {
    const auto arguments = pop(), function = pop();
    const auto& items = get(arguments, Kind::sequence, "a tuple of arguments").items;
    switch (values_[function].kind) {
      case Kind::rebuild_tensor:
        return rebuild_tensor(items);
      case Kind::rebuild_parameter:
        if (items.empty()) fail("the pickle is damaged: a parameter without a tensor");
        get(items[0], Kind::tensor, "a tensor");
        return stack_.push_back(items[0]);
      case Kind::ordered_dict_class:
        if (!items.empty()) fail("the pickle is damaged: an OrderedDict with arguments");
        return push({.kind = Kind::dictionary});
      default:
        fail("calls what is not callable");
    }
  }

  std::vector<std::int64_t> integers(Index index) {
    const auto& items = get(index, Kind::sequence, "a tuple of sizes").items;
    if (items.size() > kDimensionLimit)
      fail(fmt::format("a tensor of {} dimensions", items.size()));
    std::vector<std::int64_t> out;
    for (const auto item : items) out.push_back(get(item, Kind::integer, "a size").number);
    return out;
  }

  // (storage, offset, sizes, strides, requires_grad, hooks)
  void rebuild_tensor(const std::vector<Index>& items) {
    if (items.size() < 4) fail("the pickle is damaged: a tensor without strides");
    const auto& storage = get(items[0], Kind::storage, "a storage");
    PickledTensor tensor{.key = std::string(storage.text),
                         .type = storage.type,
                         .storage_size = storage.number,
                         .offset = get(items[1], Kind::integer, "an offset").number,
                         .sizes = integers(items[2]),
                         .strides = integers(items[3])};
    if (tensor.sizes.size() != tensor.strides.size())
      fail("the pickle is damaged: a tensor has other than one stride a dimension");
    tensors_.push_back(std::move(tensor));
    push({.kind = Kind::tensor, .number = static_cast<std::int64_t>(tensors_.size()) - 1});
  }

  // Gives an object its attributes. An OrderedDict's own ("_metadata") matter to nobody here.
  void build(Index state) {
    const auto object = top();
    if (values_[object].kind == Kind::dictionary) return;
    get(object, Kind::object, "an object");
    get(state, Kind::dictionary, "a dictionary of attributes");
    values_[object].number = state;
  }

  void collect(Index index, const std::string& prefix) {
    const auto* items = attributes(index);
    for (std::size_t i = 0; items != nullptr && i + 1 < items->size(); i += 2) {
      const auto& key = values_[(*items)[i]];
      const auto& value = values_[(*items)[i + 1]];
      if (key.kind != Kind::text || (value.kind != Kind::tensor && value.kind != Kind::object))
        continue;
      // Objects that hold each other would be walked for ever.
      if (++visits_ > kTensorLimit || prefix.size() + key.text.size() > kNameLimit)
        fail("the pickle is damaged: its objects have too many parts or too long names");
      const auto name = prefix + std::string(key.text);
      if (name != printable(name))
        fail(fmt::format("'{}' is no name of a tensor", printable(name)));
      if (value.kind == Kind::object)
        collect((*items)[i + 1], name + ".");
      else if (!names_.emplace(name, tensors_[static_cast<std::size_t>(value.number)]).second)
        fail(fmt::format("{}: occurs twice", printable(name)));
    }
  }

  std::string_view pickle_;
  std::size_t at_ = 0;
  std::vector<Value> values_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Index> memo_;
  std::vector<PickledTensor> tensors_;
  std::size_t visits_ = 0;
  std::map<std::string, PickledTensor> names_;
};

}  // namespace

std::map<std::string, PickledTensor> pickled_tensors(std::string_view pickle) {
  return Machine(pickle).run();
}

}  // namespace lacuna
