// Models in other projects' formats: what is read from them and what is refused.
#include <ATen/ATen.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "../tiny_model.hpp"
#include "archives.hpp"
#include "lacuna/random.hpp"
#include "model/clip/resnet_tower.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/known_models.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/openai_writer.hpp"
#include "model/weights/safetensors.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// A vision transformer that OpenAI's format can say, with two merges.
ClipConfig small_config() {
  auto config = *known_model("tiny");
  config.vision.layers = config.text.layers = 1;
  config.text.vocabulary_size = 516;
  return config;
}

NamedTensors random_weights(const ClipConfig& config) {
  auto weights = Clip::initial_weights(config, make_generator(1, "weights"));
  for (auto& [name, tensor] : weights)
    if (tensor.dim() == 1) tensor.normal_(0.5, 0.1, make_generator(2, name));
  return rounded_as_openai(weights);
}

Tokenizer two_merges() {
  return Tokenizer(std::vector<std::pair<std::string, std::string>>{{"d", "o"}, {"do", "g</w>"}});
}

Checkpoint small_model(const ClipConfig& config = small_config()) {
  return {config, two_merges(), random_weights(config)};
}

// OpenAI's form with the vocabulary beside it. Gives the file.
fs::path save_openai(const fs::path& folder, const Checkpoint& model) {
  save_openai_archive(folder / "model.pt", model.config, model.weights);
  model.tokenizer.save(folder / kClipVocabulary);
  return folder / "model.pt";
}

json open_clip_config(const ClipConfig& config) {
  return {{"model_cfg",
           {{"embed_dim", config.embedding},
            {"quick_gelu", true},
            {"vision_cfg",
             {{"image_size", config.vision.image_size},
              {"patch_size", config.vision.patch_size},
              {"width", config.vision.width},
              {"head_width", config.vision.width / config.vision.heads},
              {"layers", config.vision.layers}}},
            {"text_cfg",
             {{"context_length", config.text.context_length},
              {"vocab_size", config.text.vocabulary_size},
              {"width", config.text.width},
              {"heads", config.text.heads},
              {"layers", config.text.layers}}}}},
          {"preprocess_cfg",
           {{"mean", config.vision.mean},
            {"std", config.vision.std},
            {"interpolation", "bicubic"},
            {"resize_mode", "shortest"}}}};
}

void save_open_clip(const fs::path& folder, const Checkpoint& model) {
  write_bytes(folder / "open_clip_config.json", open_clip_config(model.config).dump());
  save_safetensors(folder / "open_clip_model.safetensors", model.weights);
  model.tokenizer.save(folder / "merges.txt");
}

json huggingface_config(const ClipConfig& config) {
  const auto tower = [](const auto& it) {
    return json{{"hidden_size", it.width},        {"intermediate_size", 4 * it.width},
                {"num_hidden_layers", it.layers}, {"num_attention_heads", it.heads},
                {"hidden_act", "quick_gelu"},     {"layer_norm_eps", 1e-5}};
  };
  json out{{"model_type", "clip"},
           {"projection_dim", config.embedding},
           {"vision_config", tower(config.vision)},
           {"text_config", tower(config.text)}};
  out["vision_config"].update(
      {{"image_size", config.vision.image_size}, {"patch_size", config.vision.patch_size}});
  out["text_config"].update({{"vocab_size", config.text.vocabulary_size},
                             {"max_position_embeddings", config.text.context_length},
                             {"eos_token_id", 2}});
  return out;
}

NamedTensors huggingface_weights(const Checkpoint& model) {
  const auto& w = model.weights;
  NamedTensors out;
  const auto both = [&](const std::string& theirs, const std::string& ours) {
    for (const char* part : {".weight", ".bias"}) out[theirs + part] = w.at(ours + part);
  };
  for (const auto& [theirs, ours] :
       {std::pair<std::string, std::string>{"vision_model", "visual.transformer"},
        {"text_model", "transformer"}}) {
    const auto from = ours + ".resblocks.0", to = theirs + ".encoder.layers.0";
    for (const std::string part : {"weight", "bias"}) {
      const auto qkv = w.at(from + ".attn.in_proj_" + part).chunk(3);
      out[to + ".self_attn.q_proj." + part] = qkv[0];
      out[to + ".self_attn.k_proj." + part] = qkv[1];
      out[to + ".self_attn.v_proj." + part] = qkv[2];
    }
    both(to + ".self_attn.out_proj", from + ".attn.out_proj");
    both(to + ".layer_norm1", from + ".ln_1");
    both(to + ".layer_norm2", from + ".ln_2");
    both(to + ".mlp.fc1", from + ".mlp.c_fc");
    both(to + ".mlp.fc2", from + ".mlp.c_proj");
  }
  both("vision_model.pre_layrnorm", "visual.ln_pre");
  both("vision_model.post_layernorm", "visual.ln_post");
  both("text_model.final_layer_norm", "ln_final");
  out["vision_model.embeddings.class_embedding"] = w.at("visual.class_embedding");
  out["vision_model.embeddings.patch_embedding.weight"] = w.at("visual.conv1.weight");
  out["vision_model.embeddings.position_embedding.weight"] = w.at("visual.positional_embedding");
  out["vision_model.embeddings.position_ids"] = at::arange(17).view({1, 17});
  out["text_model.embeddings.token_embedding.weight"] = w.at("token_embedding.weight");
  out["text_model.embeddings.position_embedding.weight"] = w.at("positional_embedding");
  out["visual_projection.weight"] = w.at("visual.proj").t();
  out["text_projection.weight"] = w.at("text_projection").t();
  out["logit_scale"] = w.at("logit_scale");
  return out;
}

void save_huggingface(const fs::path& folder, const Checkpoint& model) {
  write_bytes(folder / "config.json", huggingface_config(model.config).dump());
  save_safetensors(folder / "model.safetensors", huggingface_weights(model));
  model.tokenizer.save(folder / "merges.txt");
}

// vocab.json as the merges make it.
json symbols_of(const Tokenizer& tokenizer) {
  std::vector<std::string> bytes;
  const auto add = [&](int code) {
    bytes.emplace_back(code < 0x80 ? std::string(1, static_cast<char>(code))
                                   : std::string{static_cast<char>(0xC0 | code >> 6),
                                                 static_cast<char>(0x80 | (code & 63))});
  };
  for (int code = 33; code < 324; ++code)
    if (code < 127 || (code > 160 && code != 173)) add(code);
  json symbols;
  int id = 0;
  for (const auto& symbol : bytes) symbols[symbol] = id++;
  for (const auto& symbol : bytes) symbols[symbol + "</w>"] = id++;
  for (const auto& [left, right] : tokenizer.merges()) symbols[left + right] = id++;
  symbols["<|startoftext|>"] = id++;
  symbols["<|endoftext|>"] = id++;
  return symbols;
}

// The message without the folder in front, for a model that `save` wrote and `damage` changed.
template <class Save, class Damage>
std::string refusal(Save&& save, Damage&& damage) {
  const TemporaryFolder folder;
  save(folder.path(), small_model());
  damage(folder);
  const auto path = fs::exists(folder / "model.pt") ? folder / "model.pt" : folder.path();
  const auto message = config_error([&] { load_checkpoint(path); });
  const auto subject = folder.path().string() + "/";
  INFO(message);
  REQUIRE(message.starts_with(subject));
  return message.substr(subject.size());
}

template <class Change>
std::string open_clip_refusal(Change&& change) {
  return refusal(save_open_clip, [&](const TemporaryFolder& folder) {
    auto config = open_clip_config(small_config());
    change(config);
    write_bytes(folder / "open_clip_config.json", config.dump());
  });
}

template <class Change>
std::string huggingface_refusal(Change&& change) {
  return refusal(save_huggingface, [&](const TemporaryFolder& folder) {
    auto config = huggingface_config(small_config());
    change(config);
    write_bytes(folder / "config.json", config.dump());
  });
}

template <class Save, class Change>
std::string weights_refusal(Save&& save, const char* file, Change&& change) {
  return refusal(save, [&](const TemporaryFolder& folder) {
    auto tensors = load_safetensors(folder / file).tensors;
    change(tensors);
    save_safetensors(folder / file, tensors);
  });
}

}  // namespace

TEST_CASE("formats: one model in four forms has one hash, one vocabulary and the same weights") {
  const TemporaryFolder ours, openai, open_clip, huggingface;
  const auto model = small_model();
  save_checkpoint(ours.path(), model);
  save_open_clip(open_clip.path(), model);
  save_huggingface(huggingface.path(), model);
  write_bytes(huggingface / "vocab.json", symbols_of(model.tokenizer).dump());
  const auto archive = save_openai(openai.path(), model);
  const auto hash = checkpoint_hash(model);
  for (const auto& path : {ours.path(), archive, open_clip.path(), huggingface.path()}) {
    INFO(path);
    const auto read = load_checkpoint(path);
    CHECK(checkpoint_hash(read) == hash);
    CHECK(read.tokenizer.merges() == model.tokenizer.merges());
    CHECK(fs::exists(read.vocabulary));
    for (const auto& [name, tensor] : read.weights) {
      CHECK(tensor.scalar_type() == at::kFloat);
      CHECK(tensor.is_contiguous());
      CHECK(at::equal(tensor, model.weights.at(name)));
    }
  }
  CHECK(open_model(archive).format == "openai");
  CHECK(open_model(open_clip.path()).format == "open_clip");
  CHECK(open_model(huggingface.path()).format == "huggingface");
  CHECK(open_model(ours.path()).format == "lacuna");
}

TEST_CASE("formats: a file that is overwritten later does not move the weights read from it") {
  const TemporaryFolder folder;
  const auto model = small_model();
  const auto archive = save_openai(folder.path(), model);
  const auto read = load_checkpoint(archive);
  save_openai_archive(archive, model.config, random_weights(model.config));
  CHECK(checkpoint_hash(read) == checkpoint_hash(model));
}

TEST_CASE("formats: OpenAI's archive holds matrices in half precision and no more") {
  const TemporaryFolder folder;
  const auto source = open_openai(save_openai(folder.path(), small_model()));
  const auto type = [&](const char* name) { return source.tensors.at(name).scalar_type(); };
  for (const char* name : {"visual.conv1.weight", "visual.proj", "text_projection",
                           "transformer.resblocks.0.attn.in_proj_bias",
                           "visual.transformer.resblocks.0.mlp.c_fc.weight"})
    CHECK(type(name) == at::kHalf);
  for (const char* name : {"token_embedding.weight", "positional_embedding", "ln_final.weight",
                           "visual.class_embedding", "logit_scale"})
    CHECK(type(name) == at::kFloat);
  CHECK(source.tensors.at("input_resolution").item<std::int64_t>() == 32);
}

TEST_CASE("formats: shapes tell OpenAI's configurations") {
  for (const auto& name : known_model_names()) {
    INFO(name);
    const auto config = *known_model(name);
    NamedTensors tensors;
    for (const auto& [key, shape] : Clip::shapes(config))
      tensors[key] = at::empty(shape, at::TensorOptions().device(at::kMeta));
    CHECK(to_json(openai_config(tensors)) == to_json(config));
    CHECK(name_of(config) == name);
  }
  CHECK(to_json(*known_model("ViT-L/14@336px")) == to_json(*known_model("ViT-L-14-336")));
  CHECK(!known_model("ViT-Z"));
}

TEST_CASE("formats: parameters of OpenAI's models as published") {
  const auto count = [](const char* name, const std::string& prefix) {
    std::int64_t sum = 0;
    for (const auto& [key, shape] : Clip::shapes(*known_model(name))) {
      std::int64_t size = 1;
      for (const auto extent : shape) size *= extent;
      if (key.starts_with(prefix)) sum += size;
    }
    return sum;
  };
  CHECK(count("ViT-L-14", "visual.") == 303'966'208);
  CHECK(count("ViT-L-14", "") == 427'616'513);
  CHECK(count("ViT-B-32", "") == 151'277'313);
  CHECK(count("ViT-B-16", "") == 149'620'737);
  CHECK(count("ViT-L-14-336", "") == 427'944'193);
  // 102,007,137 with the batch normalisations' 26,624 scales, which folding takes into the
  // convolutions.
  CHECK(count("RN50", "") == 102'007'137 - 26'624);
}

TEST_CASE("formats: batch normalisation folds, and unfolds to the same bits") {
  const auto config = tiny_resnet(516);
  const auto weights = random_weights(config);
  auto unfolded = weights;
  unfold_batch_norms(unfolded, config.vision);
  CHECK(unfolded.contains("visual.layer1.0.downsample.1.running_var"));
  CHECK(!unfolded.contains("visual.conv1.bias"));
  auto folded = unfolded;
  fold_batch_norms(folded, config.vision);
  REQUIRE(folded.size() == weights.size());
  for (const auto& [name, tensor] : weights) {
    INFO(name);
    CHECK(at::equal(folded.at(name), tensor));
  }
  CHECK(config_error([&] { fold_batch_norms(folded, config.vision); }) ==
        "visual.bn1.weight: missing from the weights");
  unfolded["visual.bn2.running_mean"] = at::zeros({3});
  CHECK(config_error([&] { fold_batch_norms(unfolded, config.vision); }) ==
        "visual.bn2.running_mean: is not a list of 2 channels");
}

TEST_CASE("formats: a residual network goes through OpenAI's archive and Lacuna's folder") {
  const TemporaryFolder folder;
  const auto model = small_model(tiny_resnet(516));
  const auto archive = save_openai(folder.path(), model);
  CHECK(open_model(archive).tensors.contains("visual.layer1.1.bn3.num_batches_tracked"));
  const auto read = load_checkpoint(archive);
  CHECK(checkpoint_hash(read) == checkpoint_hash(model));
  save_checkpoint(folder / "ours", read);
  CHECK(checkpoint_hash(load_checkpoint(folder / "ours")) == checkpoint_hash(model));
  const Clip clip(read.config, read.weights);
  const auto features = clip.image_features(at::randint(256, {2, 3, 64, 64}, at::kByte));
  CHECK(features.sizes() == at::IntArrayRef{2, 16});
  CHECK(features.isfinite().all().item<bool>());
}

TEST_CASE("formats: an OpenAI archive without its vocabulary says where to get it") {
  const TemporaryFolder folder, data;
  const auto model = small_model();
  const auto archive = save_openai(folder.path(), model);
  fs::create_directories(data / "clip");
  fs::rename(folder / kClipVocabulary, data / "clip" / kClipVocabulary);
  CHECK(config_error([&] { load_checkpoint(archive, {.data = {folder / "none"}}); }) ==
        archive.string() + ": carries no vocabulary, and bpe_simple_vocab_16e6.txt.gz is not in " +
            folder.path().string() + " or " + (folder / "none/clip").string() +
            " (lacuna fetch openai/bpe brings it into the data folder)");
  const auto read = load_checkpoint(archive, {.data = {folder / "none", data.path()}});
  CHECK(read.vocabulary == data / "clip" / kClipVocabulary);
  const auto given = load_checkpoint(archive, {.vocabulary = read.vocabulary});
  CHECK(checkpoint_hash(given) == checkpoint_hash(model));
  Tokenizer({}).save(folder / "none.txt");
  CHECK(config_error([&] { load_checkpoint(archive, {.vocabulary = folder / "none.txt"}); }) ==
        (folder / "none.txt").string() + ": makes a vocabulary of 514, but the model's has 516");
}

TEST_CASE("formats: OpenAI's archives with other tensors are refused by name") {
  const TemporaryFolder folder;
  const auto path = folder / "state.pt";
  // A state dict of float32 tensors, one storage each.
  const auto write = [&](const NamedTensors& tensors) {
    std::string entries;
    Entries files;
    for (const auto& [name, tensor] : tensors) {
      const auto key = std::to_string(files.size());
      std::string sizes = "(", strides = "(";
      for (const auto size : tensor.sizes()) sizes += pickle::integer(static_cast<int>(size));
      for (const auto stride : tensor.contiguous().strides())
        strides += pickle::integer(static_cast<int>(stride));
      const bool whole = tensor.scalar_type() == at::kLong;
      entries += pickle::text(name) + pickle::global("torch._utils", "_rebuild_tensor_v2") + "(" +
                 pickle::storage(whole ? "LongStorage" : "FloatStorage", key,
                                 static_cast<int>(tensor.numel())) +
                 pickle::integer(0) + sizes + "t" + strides + "t\x89" +
                 pickle::global("collections", "OrderedDict") + ")RtR";
      const auto bytes = tensor.contiguous();
      files["m/data/" + key] = {static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()};
    }
    files["m/data.pkl"] = pickle::dictionary(entries);
    write_bytes(path, zip_of(files));
  };
  two_merges().save(folder / kClipVocabulary);
  const auto message = [&](auto&& change) {
    auto tensors = small_model().weights;
    change(tensors);
    write(tensors);
    const auto whole = config_error([&] { load_checkpoint(path); });
    const auto subject = path.string() + ": ";
    if (whole.empty()) return whole;
    REQUIRE(whole.starts_with(subject));
    return whole.substr(subject.size());
  };
  using Tensors = NamedTensors;
  CHECK(message([](Tensors&) {}).empty());
  CHECK(message([](Tensors& t) {
          t["vocab_size"] = at::full({}, 516, at::kLong);
          t["attn_mask"] = at::zeros({3});
        }).empty());
  CHECK(message([](Tensors& t) {
          for (const auto& [name, _] : Tensors(t)) {
            auto node = t.extract(name);
            node.key() = "module." + name;
            t.insert(std::move(node));
          }
        }).empty());
  CHECK(message([](Tensors& t) { t["zoo"] = at::ones({1}); }) ==
        "zoo: not a weight of this configuration");
  CHECK(message([](Tensors& t) { t.erase("visual.ln_pre.bias"); }) ==
        "visual.ln_pre.bias: missing from the weights");
  CHECK(message([](Tensors& t) { t.erase("text_projection"); }) ==
        "text_projection: missing from the weights (is this a CLIP model?)");
  CHECK(contains(message([](Tensors& t) { t.erase("visual.proj"); }),
                 "has neither visual.proj nor visual.layer1.0.conv1.weight"));
  CHECK(message([](Tensors& t) { t["ln_final.bias"] = at::ones({16}, at::kLong); }) ==
        "ln_final.bias: Long is no type for weights (F32, F16, BF16 or F64)");
  CHECK(message([](Tensors& t) { t["ln_final.bias"] = at::ones({7}); }) ==
        "ln_final.bias: has shape [7] (the configuration says [16])");
  CHECK(message([](Tensors& t) {
          t["visual.positional_embedding"] = at::ones({18, 32});
        }) == "visual.positional_embedding: 18 rows are no square grid and a class token");
  CHECK(message([](Tensors& t) { t["visual.conv1.weight"] = at::ones({32}); }) ==
        "visual.conv1.weight: has 1 dimensions, not 4");
  CHECK(message([](Tensors& t) {
          t["token_embedding.weight"] = at::ones({0, 16});
        }) == "token_embedding.weight: is empty");
}

TEST_CASE("formats: what OpenAI's format cannot say is not written") {
  const TemporaryFolder folder;
  const auto message = [&](ClipConfig config) {
    const auto text = config_error([&] {
      save_openai_archive(folder / "m.pt", config,
                          Clip::initial_weights(config, make_generator(1, "weights")));
    });
    CHECK(!fs::exists(folder / "m.pt"));
    return text;
  };
  auto config = small_config();
  config.vision.heads = 2;
  CHECK(contains(message(config), "OpenAI's format cannot say this configuration, only {"));
  config = small_config();
  config.text.activation = "gelu";
  CHECK(contains(message(config), "cannot say"));
  config = small_config();
  config.vision.mean[0] = 0.5;
  CHECK(contains(message(config), "cannot say"));
  config.vision = {.type = "conv", .image_size = 32, .widths = {4, 4, 4, 4}};
  CHECK(contains(message(config), "knows no conv tower"));
}

TEST_CASE("formats: open_clip's options that make another model are refused by name") {
  const auto option = [](const char* section, const char* key, const json& value) {
    return open_clip_refusal([&](json& config) { config["model_cfg"][section][key] = value; });
  };
  const std::string file = "open_clip_config.json: model_cfg.";
  CHECK(
      option("vision_cfg", "timm_model_name", "vit_tiny") ==
      file +
          "vision_cfg.timm_model_name: \"vit_tiny\" is not supported (the model is no plain CLIP)");
  CHECK(contains(option("vision_cfg", "no_ln_pre", true), "vision_cfg.no_ln_pre: true is not"));
  CHECK(contains(option("vision_cfg", "pool_type", "avg"),
                 "vision_cfg.pool_type: \"avg\" is not supported (only \"tok\")"));
  CHECK(contains(option("vision_cfg", "head_width", 5), "head_width: 5 does not divide 32"));
  CHECK(contains(option("vision_cfg", "head_width", 0), "head_width: 0 does not divide 32"));
  CHECK(contains(option("vision_cfg", "layers", "many"), "vision_cfg.layers"));
  CHECK(contains(option("vision_cfg", "image_size", {32, 64}), "[32,64] is not one size"));
  CHECK(contains(option("text_cfg", "hf_model_name", "roberta"), "text_cfg.hf_model_name"));
  CHECK(contains(option("text_cfg", "layers", 5000), "text.layers"));
  CHECK(contains(option("text_cfg", "pool_type", "eos"), "only \"argmax\""));
  CHECK(contains(open_clip_refusal([](json& c) { c["model_cfg"]["init_logit_bias"] = -10; }),
                 "model_cfg.init_logit_bias: -10 is not supported"));
  CHECK(contains(open_clip_refusal([](json& c) { c["preprocess_cfg"]["resize_mode"] = "squash"; }),
                 "preprocess_cfg.resize_mode: \"squash\" is not supported (only \"shortest\")"));
  CHECK(contains(open_clip_refusal([](json& c) {
                   c["preprocess_cfg"]["size"] = {48, 48};
                 }),
                 "preprocess_cfg.size: 48 is not the tower's image_size 32"));
  CHECK(contains(open_clip_refusal([](json& c) {
                   c["preprocess_cfg"]["mean"] = {1, 2};
                 }),
                 "preprocess_cfg.mean: [1,2] is not a list of three numbers"));
  CHECK(open_clip_refusal([](json& c) { c.erase("model_cfg"); }) ==
        "open_clip_config.json: 'model_cfg' is missing");
  CHECK(
      contains(open_clip_refusal([](json& c) { c["model_cfg"] = 3; }), "model_cfg: is no object"));
}

TEST_CASE("formats: open_clip's variants that are still a CLIP are read") {
  const auto model = small_model();
  const auto config_of = [&](auto&& change) {
    const TemporaryFolder folder;
    save_open_clip(folder.path(), model);
    auto config = open_clip_config(model.config);
    change(folder, config);
    write_bytes(folder / "open_clip_config.json", config.dump());
    return load_checkpoint(folder.path()).config;
  };
  const auto gelu = config_of([](const auto&, json& c) { c["model_cfg"].erase("quick_gelu"); });
  CHECK(gelu.vision.activation == "gelu");
  CHECK(gelu.text.activation == "gelu");
  CHECK(to_json(gelu) != to_json(model.config));
  const auto off = config_of([](const auto&, json& c) {
    c["model_cfg"]["vision_cfg"].update(
        {{"timm_model_name", nullptr}, {"no_ln_pre", false}, {"patch_dropout", 0.5}});
    c["preprocess_cfg"]["size"] = {32, 32};
  });
  CHECK(to_json(off) == to_json(model.config));
  const auto named = config_of([](const TemporaryFolder& folder, json&) {
    fs::rename(folder / "open_clip_model.safetensors", folder / "open_clip_vit.safetensors");
  });
  CHECK(to_json(named) == to_json(model.config));
  const auto custom = config_of([&](const TemporaryFolder& folder, json& c) {
    NamedTensors tensors;
    for (const auto& [name, tensor] : model.weights)
      tensors[name.starts_with("visual.") || name == "logit_scale" ? name : "text." + name] =
          tensor;
    save_safetensors(folder / "open_clip_model.safetensors", tensors);
    c["model_cfg"]["custom_text"] = true;
  });
  CHECK(to_json(custom) == to_json(model.config));
}

TEST_CASE("formats: open_clip's weights are strict") {
  const char* file = "open_clip_model.safetensors";
  CHECK(weights_refusal(save_open_clip, file, [](NamedTensors& t) {
          t["logit_bias"] = at::ones({});
        }) == "open_clip_model.safetensors: logit_bias: not a weight of this configuration");
  CHECK(weights_refusal(save_open_clip, file, [](NamedTensors& t) { t.erase("ln_final.bias"); }) ==
        "open_clip_model.safetensors: ln_final.bias: missing from the weights");
  CHECK(weights_refusal(save_open_clip, file, [](NamedTensors& t) {
          t["text.ln_final.bias"] = at::ones({16});
        }) == "open_clip_model.safetensors: ln_final.bias: occurs twice, with and without text.");
  CHECK(refusal(save_open_clip,
                [&](const TemporaryFolder& folder) {
                  write_bytes(folder / file, "<!doctype html>");
                }) ==
        "open_clip_model.safetensors: is an HTML page, not the weights (the download was "
        "answered with a web page)");
  CHECK(contains(refusal(save_open_clip,
                         [&](const TemporaryFolder& folder) {
                           write_bytes(folder / "open_clip_config.json", "version https://git-lfs");
                         }),
                 "is a Git-LFS pointer, not a configuration"));
  CHECK(contains(
      refusal(save_open_clip, [&](const TemporaryFolder& folder) { fs::remove(folder / file); }),
      "open_clip_model.safetensors: cannot be read"));
}

TEST_CASE("formats: pipes, devices and folders in the place of files are refused at once") {
  const auto pipe = [](const fs::path& path) {
    fs::remove(path);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  };
  for (const char* file : {"open_clip_config.json", "open_clip_model.safetensors", "merges.txt"}) {
    CAPTURE(file);
    CHECK(contains(
        refusal(save_open_clip, [&](const TemporaryFolder& folder) { pipe(folder / file); }),
        std::string(file) + ": is a pipe (expected a "));
  }
  for (const char* file : {"config.json", "model.safetensors", "preprocessor_config.json"}) {
    CAPTURE(file);
    CHECK(contains(
        refusal(save_huggingface, [&](const TemporaryFolder& folder) { pipe(folder / file); }),
        std::string(file) + ": is a pipe (expected a "));
  }
  CHECK(contains(refusal(save_huggingface,
                         [&](const TemporaryFolder& folder) {
                           fs::remove(folder / "config.json");
                           fs::create_symlink("/dev/zero", folder / "config.json");
                         }),
                 "config.json: is a device (expected a configuration)"));
}

TEST_CASE("formats: weights named in place of their folder are told so") {
  const TemporaryFolder folder;
  save_checkpoint(folder.path(), small_model());
  const auto weights = folder / "model.safetensors";
  CHECK(config_error([&] { open_model(weights); }) ==
        weights.string() +
            ": holds the weights alone (name its folder, with the configuration beside it)");
}

TEST_CASE("formats: Hugging Face's configurations of other models are refused by name") {
  const std::string file = "config.json: ";
  CHECK(huggingface_refusal([](json& c) { c["model_type"] = "siglip"; }) ==
        file + "model_type: \"siglip\" is not supported (only \"clip\")");
  CHECK(huggingface_refusal([](json& c) { c["text_config"]["hidden_act"] = "relu"; }) ==
        file + "text_config.hidden_act: \"relu\" is not supported (only \"gelu\")");
  CHECK(contains(huggingface_refusal([](json& c) { c["vision_config"]["layer_norm_eps"] = 1e-6; }),
                 "vision_config.layer_norm_eps"));
  CHECK(contains(huggingface_refusal([](json& c) { c["vision_config"]["num_channels"] = 1; }),
                 "num_channels: 1 is not supported (only 3)"));
  CHECK(contains(huggingface_refusal([](json& c) { c["text_config"]["eos_token_id"] = 7; }),
                 "eos_token_id: 7 is not supported (only 515)"));
  CHECK(contains(huggingface_refusal([](json& c) { c["text_config"]["hidden_size"] = 2.5; }),
                 "text_config.hidden_size"));
  CHECK(contains(huggingface_refusal([](json& c) { c["text_config"] = "wide"; }),
                 "text_config: is no object"));
  const auto preprocessor = [](const json& content) {
    return refusal(save_huggingface, [&](const TemporaryFolder& folder) {
      write_bytes(folder / "preprocessor_config.json", content.dump());
    });
  };
  CHECK(preprocessor({{"size", {{"shortest_edge", 40}}}}) ==
        "preprocessor_config.json: size.shortest_edge: 40 is not the tower's image_size 32");
  CHECK(contains(preprocessor({{"crop_size", 40}}), "crop_size: 40 is not the tower's"));
  CHECK(contains(preprocessor({{"resample", 2}}), "resample: 2 is not supported (only 3)"));
}

TEST_CASE("formats: Hugging Face's weights are strict, under their own names") {
  const char* file = "model.safetensors";
  const auto message = [&](auto&& change) {
    return weights_refusal(save_huggingface, file, change);
  };
  CHECK(message([](NamedTensors& t) { t.erase("vision_model.pre_layrnorm.bias"); }) ==
        "model.safetensors: vision_model.pre_layrnorm.bias: missing from the weights");
  CHECK(message([](NamedTensors& t) { t["vision_model.head.weight"] = at::ones({1}); }) ==
        "model.safetensors: vision_model.head.weight: not a weight of a CLIP model");
  const std::string attention = "text_model.encoder.layers.0.self_attn.";
  CHECK(message([&](NamedTensors& t) { t[attention + "k_proj.bias"] = at::ones({7}); }) ==
        "model.safetensors: " + attention + "k_proj.bias: differs from q_proj in shape or type");
  CHECK(message([](NamedTensors& t) { t["text_projection.weight"] = at::ones({16}); }) ==
        "model.safetensors: text_projection.weight: is not a matrix");
  CHECK(contains(message([](NamedTensors& t) { t["logit_scale"] = at::ones({}, at::kLong); }),
                 "logit_scale: Long is no type for weights"));
}

TEST_CASE("formats: Hugging Face's older keys, preprocessor and activation are read") {
  const TemporaryFolder folder;
  const auto model = small_model();
  save_huggingface(folder.path(), model);
  auto config = huggingface_config(model.config);
  config["text_config_dict"] = {{"num_hidden_layers", 1}};
  config["text_config"]["num_hidden_layers"] = 12;
  config["vision_config_dict"] = nullptr;
  config["vision_config"]["hidden_act"] = "gelu";
  write_bytes(folder / "config.json", config.dump());
  write_bytes(folder / "preprocessor_config.json",
              json{{"image_mean", {.5, .5, .5}},
                   {"image_std", {.25, .25, .25}},
                   {"size", 32},
                   {"crop_size", {{"height", 32}, {"width", 32}}},
                   {"resample", 3}}
                  .dump());
  const auto read = load_checkpoint(folder.path()).config;
  CHECK(read.text.layers == 1);
  CHECK(read.vision.activation == "gelu");
  CHECK(read.text.activation == "quick_gelu");
  CHECK(read.vision.mean[1] == .5);
  CHECK(read.vision.std[2] == .25);
}

TEST_CASE("formats: vocab.json must give CLIP's ids") {
  const auto message = [](auto&& change) {
    return refusal(save_huggingface, [&](const TemporaryFolder& folder) {
      auto symbols = symbols_of(two_merges());
      change(symbols);
      write_bytes(folder / "vocab.json", symbols.dump());
    });
  };
  CHECK(message([](json& s) { s["dog</w>"] = 7; }) ==
        "vocab.json: \"dog</w>\" has id 7, but 513 in CLIP's order");
  CHECK(message([](json& s) { s.erase("a"); }) ==
        "vocab.json: has 515 symbols, but the merges make 516");
  CHECK(contains(message([](json& s) {
                   std::swap(s["!"], s["\""]);
                   std::swap(s["!</w>"], s["\"</w>"]);
                 }),
                 "id 1 is \"!\", which is out of CLIP's order"));
  CHECK(contains(message([](json& s) { std::swap(s["!</w>"], s["\"</w>"]); }), "in CLIP's order"));
  CHECK(contains(message([](json& s) { s = json::array(); }), "is not an object"));
}

TEST_CASE("formats: configurations that a folder of ours may hold") {
  auto config = tiny_resnet(516);
  CHECK(to_json(checked(config, "ours")) == to_json(config));
  config = small_config();
  config.vision.mlp = 100;
  config.text.activation = "gelu";
  const auto again = checked(config, "ours");
  CHECK(to_json(again) == to_json(config));
  CHECK(Clip::shapes(again).at("visual.transformer.resblocks.0.mlp.c_fc.weight") ==
        std::vector<std::int64_t>{100, 32});
  config.vision.mlp = 4 * config.vision.width;  // says nothing new, so is not said
  CHECK(!to_json(config)["vision"].contains("mlp"));
  const auto resnet = [](const json& changes) {
    json vision{{"type", "resnet"}, {"blocks", {1, 1, 1, 1}}};
    vision.update(changes);
    const json document{{"vision", vision}};
    return config_error([&] { clip_config_from(JsonView(document, "ours")); });
  };
  CHECK(resnet(json::object()).empty());
  CHECK(resnet({{"blocks", {1, 1}}}) == "ours: vision.blocks: [1,1] is not four block counts");
  CHECK(resnet({{"image_size", 40}}) ==
        "ours: vision.image_size: must be a multiple of 32 for a resnet tower");
  CHECK(resnet({{"width", 7}}) == "ours: vision.width: must be even for a resnet tower");
  CHECK(resnet({{"heads", 7}}) == "ours: vision.heads: must divide 32 times width");
  const auto text = [](const json& changes) {
    const json document{{"text", changes}};
    return config_error([&] { clip_config_from(JsonView(document, "ours")); });
  };
  CHECK(text({{"activation", "relu"}}).starts_with("ours: text.activation: "));
  CHECK(text({{"layers", 2000}}) == "ours: text.layers: 2000 is too large (at most 1024)");
}
