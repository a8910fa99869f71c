#include "run/results/outcome_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "model/weights/safetensors.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// Labels of a question: "fine/target", "fine/predicted", "fine/top5".
bool holds_labels(const std::string& column) {
  return column.ends_with("/target") || column.ends_with("/predicted") || column.ends_with("/top5");
}

at::Tensor packed(const at::Tensor& labels) {
  const auto most = labels.numel() == 0 ? 0 : labels.max().item<std::int64_t>();
  return labels.to(most < 256 ? at::kByte : most < 32768 ? at::kShort : at::kInt);
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : file_(load_safetensors(path)) {}

  Predicted read() const {
    const auto& described = file_.metadata.at("outcome");
    if (file_.metadata.at("format") != kOutcomeFormat)
      throw ConfigError("its format is " + file_.metadata.at("format") + " (this program reads " +
                        kOutcomeFormat + ")");
    const auto of = parse_json(described);
    Predicted out;
    out.taxonomy = {of.at("fine"), of.at("coarse"), of.at("parent")};
    validate(out.taxonomy, "its names");
    for (const auto& question : of.at("questions").get<std::vector<std::string>>())
      out.asked.push_back({.question = question, .target = target(question), .forget = {}});
    if (out.asked.empty()) throw ConfigError("it asks nothing");
    const auto rows = out.asked.front().target.size(0);
    for (const auto& asked : out.asked) read_columns(asked.question, rows, out);
    check_labels(out);
    return out;
  }

 private:
  at::Tensor target(const std::string& question) const {
    const auto found = file_.tensors.find(question + "/target");
    if (found == file_.tensors.end())
      throw ConfigError("tensor '" + question + "/target' is missing");
    if (found->second.dim() != 1)
      throw ConfigError("tensor '" + question + "/target' is not a list of labels");
    return found->second.to(at::kLong);
  }

  void read_columns(const std::string& question, std::int64_t rows, Predicted& out) const {
    for (const auto& [name, tensor] : file_.tensors) {
      if (!name.starts_with(question + "/")) continue;
      if (tensor.dim() < 1 || tensor.size(0) != rows)
        throw ConfigError("tensor '" + name + "' has not as many rows as there are samples");
      if (!name.ends_with("/target"))
        out.outcome.columns[name] = holds_labels(name) ? tensor.to(at::kLong) : tensor;
    }
    if (!out.outcome.has(question + "/predicted"))
      throw ConfigError("tensor '" + question + "/predicted' is missing");
  }

  // Labels index names, so none may be outside them.
  static void check_labels(const Predicted& out) {
    for (const auto& asked : out.asked) {
      const auto level = asked.question == "coarse" ? Level::coarse : Level::fine;
      const auto names = std::ssize(out.taxonomy.names(level));
      const auto check = [&](const char* column, const at::Tensor& labels) {
        if (labels.numel() > 0 &&
            (labels.min().item<std::int64_t>() < 0 || labels.max().item<std::int64_t>() >= names))
          throw ConfigError("tensor '" + asked.question + "/" + column +
                            "' holds a label that has no name");
      };
      check("target", asked.target);
      for (const auto* column : {"predicted", "top5"})
        if (const auto name = asked.question + "/" + column; out.outcome.has(name))
          check(column, out.outcome.at(name));
    }
  }

  Safetensors file_;
};

at::Tensor mask(const at::Tensor& target, const std::vector<std::int64_t>& labels) {
  return labels.empty() ? at::zeros_like(target, at::kBool)
                        : at::isin(target, at::tensor(labels, at::kLong));
}

}  // namespace

void save_outcome(const std::filesystem::path& path, const Predicted& predicted) {
  NamedTensors tensors;
  auto questions = json::array();
  for (const auto& asked : predicted.asked) {
    tensors[asked.question + "/target"] = packed(asked.target);
    questions.push_back(asked.question);
  }
  for (const auto& [name, column] : predicted.outcome.columns)
    tensors[name] = holds_labels(name) ? packed(column) : column.contiguous();
  const auto& taxonomy = predicted.taxonomy;
  const json described{{"questions", questions},
                       {"fine", taxonomy.fine},
                       {"coarse", taxonomy.coarse},
                       {"parent", taxonomy.parent}};
  save_safetensors(path, tensors, {{"format", kOutcomeFormat}, {"outcome", described.dump()}});
}

Predicted load_outcome(const std::filesystem::path& path) {
  try {
    return Reader(path).read();
  } catch (const ConfigError& error) {
    const std::string reason = error.what();
    throw ConfigError(reason.starts_with(path.string()) ? reason : path.string() + ": " + reason);
  } catch (const std::exception&) {  // json's and map's own, whose words mean nothing to a user
    throw ConfigError(path.string() + ": not an outcome file (its metadata is missing or damaged)");
  }
}

Evaluation evaluation_of(const std::string& id, Role role, const Predicted& before,
                         const Predicted& after, const std::vector<std::int64_t>& forget,
                         const std::vector<std::int64_t>& forget_coarse) {
  const auto same = std::equal(before.asked.begin(), before.asked.end(), after.asked.begin(),
                               after.asked.end(), [](const Asked& a, const Asked& b) {
                                 return a.question == b.question && at::equal(a.target, b.target);
                               });
  if (!same) throw ConfigError(id + ": the original model was evaluated on other pictures");
  Evaluation out{.id = id,
                 .role = role,
                 .taxonomy = after.taxonomy,
                 .asked = after.asked,
                 .before = before.outcome,
                 .after = after.outcome};
  for (auto& asked : out.asked)
    asked.forget = mask(asked.target, asked.question == "coarse" ? forget_coarse : forget);
  return out;
}

}  // namespace lacuna
