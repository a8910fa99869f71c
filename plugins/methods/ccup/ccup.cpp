// Class-name projection in the text tower (Mishra et al., 2025): no pictures, no training.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>

#include <set>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Ccup final : public lacuna::Method {
 public:
  struct Params {
    double alpha = 1, cutoff = 1e-3;
    void visit(auto&& field) {
      field("alpha", alpha,
            Field{.help = "share of the directions that is removed", .min = 0, .max = 1});
      field("cutoff", cutoff,
            Field{.help = "singular values below this share of the largest span nothing",
                  .min = 0,
                  .max = 1});
    }
  };
  explicit Ccup(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    const at::NoGradGuard no_grad;
    auto& text = lacuna::ability<lacuna::EmbedsText>(context.model(), "text_features");
    const auto basis = span_of(embeddings(context.forget(), text));
    context.log("directions", static_cast<double>(basis.size(0)));
    auto& projection = context.weights().at(text.text_projection());
    projection.sub_(params_.alpha * at::matmul(at::matmul(projection, basis.t()), basis));
  }

 private:
  // The embedding of every name to forget, the mean over all templates: [n, E].
  static at::Tensor embeddings(const lacuna::Samples& forget, lacuna::EmbedsText& text) {
    std::vector<at::Tensor> out;
    for (const auto& asked : forget.forget) {
      const auto target = asked.target.cpu().contiguous();
      const auto* labels = target.const_data_ptr<std::int64_t>();
      for (const auto label : std::set<std::int64_t>(labels, labels + target.numel())) {
        std::vector<std::string> prompts;
        for (const auto& prompt : forget.templates)
          prompts.push_back(lacuna::fill_template(prompt, asked.names.at(label)));
        out.push_back(text.embed_texts(prompts).mean(0));
      }
    }
    return at::stack(out);
  }

  // Orthonormal rows that span those of `vectors`: [k, E].
  at::Tensor span_of(const at::Tensor& vectors) const {
    const auto [u, values, rows] = at::linalg_svd(vectors, /*full_matrices=*/false);
    const auto kept = values.gt(params_.cutoff * values[0]).sum().item<std::int64_t>();
    return rows.slice(0, 0, kept);
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Ccup>(
    {.id = "ccup",
     .version = "1.0.0",
     .summary = "Removes the directions of forgotten class names from the text projection",
     .citation = "A. Mishra, T. Kumar, G. Nayak, A. Shah, S. Bhattacharya, M. Foltin, Erasing CLIP "
                 "Memories: Non-Destructive, Data-Free Zero-Shot class Unlearning in CLIP Models, "
                 "2025, arXiv 2512.14137",
     .needs = {lacuna::Ability::text_features}}))
