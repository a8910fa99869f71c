#include "train/pretrain.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lacuna/error.hpp"
#include "lacuna/optimizer.hpp"
#include "lacuna/random.hpp"
#include "model/clip/precision.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/safetensors.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "train/corpus.hpp"
#include "train/pretrain_tower.hpp"

namespace lacuna {

namespace {

namespace fs = std::filesystem;

// Every prompt that can occur, so that the vocabulary holds exactly what they need.
Tokenizer tokenizer_for(const std::vector<std::unique_ptr<Dataset>>& datasets,
                        const fs::path& vocabulary) {
  std::vector<std::string> texts;
  for (const auto& dataset : datasets)
    for (const auto& prompt : dataset->templates())
      for (const auto level : {Level::fine, Level::coarse})
        for (const auto& name : dataset->taxonomy().names(level))
          texts.push_back(fill_template(prompt, name));
  return Tokenizer::load(vocabulary).reduced_to(texts);
}

// Linear warm-up, then cosine to 0; `done` in [0, 1].
double schedule(double done, double warmup) {
  if (done < warmup) return done / warmup;
  return (1 + std::cos(std::numbers::pi * (done - warmup) / std::max(1 - warmup, 1e-9))) / 2;
}

// Sum over rows, so that sources weigh as many pictures as they bring.
at::Tensor name_loss(const at::Tensor& features, const at::Tensor& names, const at::Tensor& scale,
                     const at::Tensor& target, double smoothing) {
  const auto logits = at::matmul(features, names.t()) * scale;
  return at::cross_entropy_loss(logits, target, {}, at::Reduction::Sum, -100, smoothing);
}

class Run {
 public:
  Run(const Recipe& recipe, const std::vector<std::unique_ptr<Dataset>>& datasets,
      const fs::path& vocabulary, fs::path folder, c10::Device device)
      : recipe_(recipe),
        datasets_(datasets),
        folder_(std::move(folder)),
        device_(device),
        tokenizer_(tokenizer_for(datasets, vocabulary)),
        identity_(sha256(recipe.source.dump())) {
    auto config = recipe.model;
    config.text.vocabulary_size = tokenizer_.vocabulary_size();
    model_ = TrainableModel::create(config, make_generator(recipe.seed, "init"));
    load_state();
    begin_phase();
    restore_optimizers();
    corpus_ = load_corpus(recipe, datasets);
  }

  void run(const std::function<void(const PretrainProgress&)>& progress) {
    write_json(folder_ / "recipe.json", recipe_.source);
    while (epoch_ < epochs()) {
      auto line = train_epoch(progress);
      if (validates()) validate(line);
      log_ += line.dump() + "\n";
      ++epoch_;
      if (epoch_ == recipe_.training.epochs && recipe_.finish) {
        model_ = {model_.config, model_.folded(), {}};
        begin_phase();
      }
      save_state();
    }
    save_checkpoint(folder_, {model_.config, tokenizer_, validates() ? best_ : model_.folded()});
    write_file_atomically(folder_ / "log.jsonl", log_);
    fs::remove(folder_ / "state.safetensors");
  }

 private:
  bool finishing() const { return recipe_.finish && epoch_ >= recipe_.training.epochs; }
  const RecipeTraining& training() const {
    return finishing() ? *recipe_.finish : recipe_.training;
  }
  std::int64_t epochs() const {
    return recipe_.training.epochs + (recipe_.finish ? recipe_.finish->epochs : 0);
  }

  // Puts the model on the device and gives it fresh optimisers.
  void begin_phase() {
    for (auto* group : {&model_.parameters, &model_.buffers})
      for (auto& [_, tensor] : *group) tensor = tensor.to(device_);
    std::vector<at::Tensor> decayed, plain;
    for (auto& [name, tensor] : model_.parameters) {
      tensor.set_requires_grad(true);
      (tensor.dim() > 1 ? decayed : plain).push_back(tensor);
    }
    decayed_ =
        std::make_unique<AdamW>(decayed, AdamWOptions{.weight_decay = training().weight_decay});
    plain_ = std::make_unique<AdamW>(plain, AdamWOptions{.weight_decay = 0});
  }

  bool validates() const {
    return std::any_of(recipe_.data.begin(), recipe_.data.end(),
                       [](const auto& data) { return !data.validation.empty(); });
  }

  // Keeps the weights if the mean of the sources' fine accuracies is the best so far.
  void validate(nlohmann::json& line) {
    const auto weights = model_.folded();
    const Clip clip(model_.config, weights);
    double sum = 0;
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      auto& count = line["validation"].emplace_back();  // null for a source without
      const auto& split = recipe_.data[i].validation;
      if (split.empty()) continue;
      const auto predicted = predict(clip, tokenizer_, *datasets_[i], split);
      const auto right = hits(predicted, predicted.asked.front());
      count = {right.sum().item<std::int64_t>(), right.size(0)};
      sum += right.to(at::kDouble).mean().item<double>();
    }
    if (sum <= best_sum_) return;
    best_sum_ = sum;
    best_ = weights;
    line["kept"] = true;  // until a later line says so
  }

  // Returns the epoch's line of the log.
  nlohmann::json train_epoch(const std::function<void(const PretrainProgress&)>& progress) {
    const auto& training = this->training();
    const auto purpose = [&](const char* name) {
      return std::string(name) + "/" + std::to_string(epoch_);
    };
    const auto order = corpus_.draw(recipe_, purpose("order"));
    auto augmenting = make_generator(recipe_.seed, purpose("augment"));
    SplitMix prompts(derive_seed(recipe_.seed, purpose("prompt")));
    const auto steps = (order.size(0) + training.batch_size - 1) / training.batch_size;
    double loss_sum = 0;
    std::vector<at::Tensor> hits;
    for (std::size_t i = 0; i < datasets_.size(); ++i) hits.push_back(at::zeros({2}, at::kLong));
    for (std::int64_t step = 0; step < steps; ++step) {
      const auto rows =
          order.slice(0, step * training.batch_size, (step + 1) * training.batch_size);
      const auto first = finishing() ? recipe_.training.epochs : 0;
      const double done = (epoch_ - first + static_cast<double>(step) / steps) / training.epochs;
      const double rate = training.learning_rate * schedule(done, training.warmup);
      decayed_->set_learning_rate(rate);
      plain_->set_learning_rate(rate);
      const auto loss = train_step(rows, prompts, augmenting, hits);
      if (!std::isfinite(loss))
        throw Error("pretrain: the loss of epoch " + std::to_string(epoch_) + ", step " +
                    std::to_string(step) + " is not finite (a smaller learning_rate may help)");
      loss_sum += loss;
      progress({epoch_, epochs(), step + 1, steps, loss_sum / (step + 1)});
    }
    nlohmann::json line{{"epoch", epoch_},
                        {"loss", loss_sum / steps},
                        {"logit_scale", model_.parameters.at("logit_scale").exp().item<double>()}};
    for (std::size_t i = 0; i < hits.size(); ++i)
      line["train_correct"].push_back(
          {hits[i][0].item<std::int64_t>(), hits[i][1].item<std::int64_t>()});
    return line;
  }

  struct NameEmbeddings {
    at::Tensor fine, coarse;  // [C, embedding]; coarse undefined for flat sources
  };

  // The class names of every source under one random template each, in one pass of the text tower.
  std::vector<NameEmbeddings> name_embeddings(SplitMix& prompts) const {
    std::vector<std::string> texts;
    for (const auto& dataset : datasets_) {
      const auto templates = dataset->templates();
      const auto& prompt =
          templates[prompts.between(0, static_cast<std::int64_t>(templates.size()) - 1)];
      for (const auto level : {Level::fine, Level::coarse})
        for (const auto& name : dataset->taxonomy().names(level))
          texts.push_back(fill_template(prompt, name));
    }
    const auto& text = model_.config.text;
    const auto all = text_features(text, model_.parameters,
                                   tokenizer_.encode(texts, text.context_length).to(device_));
    std::vector<NameEmbeddings> names;
    std::int64_t at = 0;
    for (const auto& dataset : datasets_) {
      const auto fine = static_cast<std::int64_t>(dataset->taxonomy().fine.size());
      const auto coarse = static_cast<std::int64_t>(dataset->taxonomy().coarse.size());
      names.push_back(
          {all.narrow(0, at, fine), coarse > 0 ? all.narrow(0, at + fine, coarse) : at::Tensor()});
      at += fine + coarse;
    }
    return names;
  }

  double train_step(const at::Tensor& rows, SplitMix& prompts, at::Generator& augmenting,
                    std::vector<at::Tensor>& hits) {
    const auto& training = this->training();
    const Tf32Scope tf32(training.precision == "tf32");  // the backward pass, too
    const auto pick = [&](const at::Tensor& values) { return values.index_select(0, rows); };
    const auto pixels =
        augment(pick(corpus_.pixels),
                {pick(corpus_.allowed.flip), pick(corpus_.allowed.shift),
                 training.cutout ? pick(corpus_.allowed.cutout) : at::zeros_like(rows)},
                augmenting)
            .to(device_);
    const auto source = pick(corpus_.source);
    const auto fine = pick(corpus_.fine), coarse = pick(corpus_.coarse);

    at::Tensor loss = at::zeros({}, at::TensorOptions().device(device_));
    {
      const Precision scope(training.precision, device_.type());
      const auto features = model_.image_features(pixels);
      const auto scale = model_.parameters.at("logit_scale").exp();
      const auto names = name_embeddings(prompts);
      for (std::size_t i = 0; i < datasets_.size(); ++i) {
        const auto mine = source.eq(static_cast<std::int64_t>(i)).nonzero().squeeze(1);
        if (mine.size(0) == 0) continue;
        const auto own = features.index_select(0, mine.to(device_));
        const auto target = fine.index_select(0, mine).to(device_);
        loss = loss + name_loss(own, names[i].fine, scale, target, training.label_smoothing);
        if (names[i].coarse.defined())
          loss = loss + training.coarse_weight * name_loss(own, names[i].coarse, scale,
                                                           coarse.index_select(0, mine).to(device_),
                                                           training.label_smoothing);
        at::NoGradGuard no_grad;
        hits[i][0] += at::matmul(own, names[i].fine.t()).argmax(1).eq(target).sum().cpu();
        hits[i][1] += mine.size(0);
      }
      loss = loss / rows.size(0);
    }
    loss.backward();
    decayed_->step();
    plain_->step();
    decayed_->zero_grad();
    plain_->zero_grad();
    at::NoGradGuard no_grad;
    model_.parameters.at("logit_scale").clamp_(0, std::log(training.max_logit_scale));
    return loss.item<double>();
  }

  void save_state() const {
    NamedTensors state;
    for (const auto& [name, tensor] : model_.parameters)
      state["parameter/" + name] = tensor.detach();
    for (const auto& [name, tensor] : model_.buffers) state["buffer/" + name] = tensor;
    for (const auto& [name, tensor] : best_) state["best/" + name] = tensor;
    const auto add = [&](const char* group, const AdamW& optimizer) {
      const auto tensors = optimizer.state();
      for (std::size_t i = 0; i < tensors.size(); ++i)
        state[std::string(group) + "/" + std::to_string(100000 + i)] = tensors[i];
    };
    add("decayed", *decayed_);
    add("plain", *plain_);
    save_safetensors(folder_ / "state.safetensors", state,
                     {{"recipe", identity_},
                      {"epoch", std::to_string(epoch_)},
                      {"best", nlohmann::json(best_sum_).dump()},
                      {"log", log_}});
  }

  void load_state() {
    const auto path = folder_ / "state.safetensors";
    if (!fs::exists(path)) return;
    auto state = load_safetensors(path);
    if (state.metadata["recipe"] != identity_)
      throw ConfigError(path.string() +
                        ": left by another recipe (remove it, or choose another folder)");
    epoch_ = std::stoll(state.metadata["epoch"]);
    log_ = state.metadata["log"];
    best_sum_ = nlohmann::json::parse(state.metadata["best"]).get<double>();
    if (finishing()) model_ = {model_.config, model_.folded(), {}};  // the names that the state has
    for (auto& [name, tensor] : state.tensors) {
      const auto slash = name.find('/');
      const auto group = name.substr(0, slash), key = name.substr(slash + 1);
      if (group == "parameter") model_.parameters.at(key) = tensor;
      if (group == "buffer") model_.buffers.at(key) = tensor;
      if (group == "best") best_[key] = tensor;
      if (group == "decayed") decayed_state_.push_back(tensor);  // map order is number order
      if (group == "plain") plain_state_.push_back(tensor);
    }
  }

  void restore_optimizers() {
    const auto restore = [&](AdamW& optimizer, std::vector<at::Tensor>& state) {
      if (state.empty()) return;
      for (auto& tensor : state) tensor = tensor.to(device_);
      optimizer.load_state(state);
      state.clear();
    };
    restore(*decayed_, decayed_state_);
    restore(*plain_, plain_state_);
  }

  const Recipe& recipe_;
  const std::vector<std::unique_ptr<Dataset>>& datasets_;
  fs::path folder_;
  c10::Device device_;
  Tokenizer tokenizer_;
  std::string identity_;
  TrainableModel model_;
  std::unique_ptr<AdamW> decayed_, plain_;
  std::vector<at::Tensor> decayed_state_, plain_state_;
  Corpus corpus_;
  NamedTensors best_;  // folded, of the epoch that did best on the validation splits
  double best_sum_ = -1;
  std::int64_t epoch_ = 0;
  std::string log_;
};

}  // namespace

void pretrain(const Recipe& recipe, const std::vector<std::unique_ptr<Dataset>>& datasets,
              const fs::path& vocabulary, const fs::path& folder, c10::Device device,
              const std::function<void(const PretrainProgress&)>& progress) {
  Run(recipe, datasets, vocabulary, folder, device).run(progress);
}

}  // namespace lacuna
