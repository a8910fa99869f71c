// lacuna model: what a model's files hold, in Lacuna's own format, and weights to try things out
// with.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "app/cli.hpp"
#include "fetch/model_names.hpp"
#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/known_models.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/openai_writer.hpp"
#include "model/weights/safetensors_header.hpp"
#include "support/config_section.hpp"
#include "support/safe_text.hpp"
#include "support/temporary_name.hpp"

namespace lacuna {

namespace {

namespace fs = std::filesystem;

struct ModelArguments {
  std::string model;
  fs::path out;
  std::string config, format = "lacuna";
  std::int64_t seed = 0;
  bool json = false;
};

// Parameters that a tower trains.
struct ParameterCount {
  std::int64_t image = 0, text = 0, other = 0;
};

ParameterCount count_parameters(const ClipConfig& config) {
  ParameterCount count;
  for (const auto& [name, shape] : Clip::shapes(config)) {
    std::int64_t size = 1;
    for (const auto extent : shape) size *= extent;
    (name.starts_with("visual.") ? count.image
     : name == "logit_scale"     ? count.other
                                 : count.text) += size;
  }
  return count;
}

// Elements of each dtype in the file.
nlohmann::json stored_types(const ModelSource& source) {
  auto types = nlohmann::json::object();
  for (const auto& [name, tensor] : source.tensors) {
    auto& elements = types[std::string(safetensors_dtype(name, tensor.scalar_type()))];
    elements = tensor.numel() + (elements.is_null() ? 0 : elements.get<std::int64_t>());
  }
  return types;
}

Checkpoint load_named(const ModelArguments& options, const Globals& globals) {
  const auto roots = globals.data_roots();
  return load_checkpoint(find_model(options.model, "", roots).path, {.data = roots.folders});
}

nlohmann::json facts_of(const ModelArguments& options, const Globals& globals) {
  const auto path = find_model(options.model, "", globals.data_roots()).path;
  const auto source = open_model(path);
  const auto count = count_parameters(source.config);
  nlohmann::json facts{{"path", path.string()},
                       {"format", source.format},
                       {"name", name_of(source.config)},
                       {"config", to_json(source.config)},
                       {"parameters",
                        {{"image", count.image},
                         {"text", count.text},
                         {"logit_scale", count.other},
                         {"total", count.image + count.text + count.other}}},
                       {"stored", stored_types(source)},
                       {"vocabulary", nullptr},
                       {"hash", nullptr}};
  try {
    const auto checkpoint = load_named(options, globals);
    facts["vocabulary"] = checkpoint.vocabulary.string();
    facts["hash"] = checkpoint_hash(checkpoint);
  } catch (const VocabularyMissing& error) {  // shapes are worth showing without it
    facts["note"] = error.what();
  }
  return facts;
}

std::string tower_line(const VisionConfig& vision) {
  if (vision.type == "vit")
    return fmt::format("vision transformer, {} px in patches of {}, {} of width {}, {}, {}",
                       vision.image_size, vision.patch_size, counted(vision.layers, "layer"),
                       vision.width, counted(vision.heads, "head"), vision.activation);
  if (vision.type == "resnet")
    return fmt::format("modified ResNet, {} px, {} blocks, width {}, {}", vision.image_size,
                       fmt::join(vision.blocks, "+"), vision.width, counted(vision.heads, "head"));
  return fmt::format("convolutional tower, {} px, widths {}", vision.image_size,
                     fmt::join(vision.widths, ", "));
}

int show(const ModelArguments& options, const Globals& globals) {
  const auto facts = facts_of(options, globals);
  if (options.json) {
    fmt::print("{}\n", json_text(facts));
    return exit_code::ok;
  }
  const auto config = clip_config_from(JsonView(facts["config"], "config"));
  const auto line = [](const char* name, const std::string& text) {
    fmt::print("{:<12} {}\n", name, text);
  };
  const auto text_of = [&](const char* key) {
    return facts[key].is_null() ? std::string("-") : facts[key].get<std::string>();
  };
  const std::string name = text_of("name");
  line("model", fmt::format("{}, from {}", name.empty() ? "CLIP" : name, text_of("format")));
  line("image tower", tower_line(config.vision));
  line("text tower",
       fmt::format("{} of width {}, {}, {}, {} tokens of {}", counted(config.text.layers, "layer"),
                   config.text.width, counted(config.text.heads, "head"), config.text.activation,
                   config.text.context_length, grouped(config.text.vocabulary_size)));
  line("embedding", std::to_string(config.embedding));
  const auto& parameters = facts["parameters"];
  line("parameters", fmt::format("{} = image {} + text {} + {}", grouped(parameters["total"]),
                                 grouped(parameters["image"]), grouped(parameters["text"]),
                                 grouped(parameters["logit_scale"])));
  std::vector<std::string> types;
  for (const auto& [type, elements] : facts["stored"].items())
    types.push_back(fmt::format("{} {}", grouped(elements), type));
  line("stored", fmt::format("{}", fmt::join(types, " + ")));
  line("vocabulary", text_of("vocabulary"));
  line("hash", text_of("hash"));
  if (facts.contains("note")) fmt::print(stderr, "note: {}\n", text_of("note"));
  return exit_code::ok;
}

int hash(const ModelArguments& options, const Globals& globals) {
  fmt::print("{}\n", checkpoint_hash(load_named(options, globals)));
  return exit_code::ok;
}

void refuse_existing(const fs::path& out) {
  if (fs::exists(out))
    throw ConfigError(out.string() + ": exists already (name one that does not)");
}

// A folder that appears whole or not at all.
void save_new_folder(const fs::path& out, const Checkpoint& checkpoint) {
  const auto whole = fs::absolute(out).lexically_normal();
  const auto target = whole.has_filename() ? whole : whole.parent_path();
  const auto part = temporary_beside(target);
  try {
    save_checkpoint(part, checkpoint);
    fs::rename(part, target);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw Error(fmt::format("{}: cannot be written: {}", out.string(), error.code().message()));
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw;
  }
  fmt::print("{}: written\n", out.string());
}

int convert(const ModelArguments& options, const Globals& globals) {
  refuse_existing(options.out);
  save_new_folder(options.out, load_named(options, globals));
  return exit_code::ok;
}

ClipConfig named_config(const std::string& name) {
  if (const auto known = known_model(name)) return *known;
  if (!fs::exists(name))
    throw ConfigError(fmt::format("{}: neither a model's name ({}) nor a configuration file", name,
                                  fmt::join(known_model_names(), ", ")));
  const auto json = read_config_file(name);
  return clip_config_from(JsonView(json, name));
}

// CLIP's merges, or the first of them where the vocabulary is smaller.
Tokenizer vocabulary_of(const ModelArguments& options, std::int64_t size, const Globals& globals) {
  if (size < 514)
    throw ConfigError(fmt::format("{}: text.vocabulary_size: {} is too small (514 is the least)",
                                  options.config, size));
  if (size == 514) return Tokenizer({});
  const auto path = find_vocabulary(options.out, globals.data_roots().folders);
  auto merges = Tokenizer::load(path).merges();
  if (merges.size() < static_cast<std::size_t>(size) - 514)
    throw ConfigError(fmt::format("{}: text.vocabulary_size: {} is more than the {} of {}",
                                  options.config, size, merges.size() + 514, path.string()));
  merges.resize(static_cast<std::size_t>(size) - 514);
  return Tokenizer(std::move(merges));
}

int init(const ModelArguments& options, const Globals& globals) {
  refuse_existing(options.out);
  const auto config = named_config(options.config);
  auto weights = Clip::initial_weights(config, make_generator(options.seed, "weights"));
  // So that both formats hold one model.
  if (config.vision.type != "conv") weights = rounded_as_openai(weights);
  if (options.format == "lacuna") {
    const auto size = config.text.vocabulary_size;
    save_new_folder(options.out, {config, vocabulary_of(options, size, globals), weights});
    return exit_code::ok;
  }
  save_openai_archive(options.out, config, weights);
  fmt::print("{}: written\n", options.out.string());
  return exit_code::ok;
}

}  // namespace

void add_model(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<ModelArguments>();
  auto* model = app.add_subcommand("model", "A model's files: show, hash, convert, make");
  model->require_subcommand(1);
  model->fallthrough();
  add_examples(model, {"lacuna model show models/demo", "lacuna model hash models/demo",
                       "lacuna model convert openai/ViT-B-32 my_model --data ~/data",
                       "lacuna model init tiny random_model --seed 2"});
  const auto add = [&](const char* name, const char* what, const char* argument, auto&& body) {
    auto* command = model->add_subcommand(name, what);
    command->fallthrough();
    if (*argument != '\0')
      command
          ->add_option(argument, options->model,
                       "a model folder, a .pt file, or a name such as openai/ViT-L-14")
          ->required();
    on_run(command, globals, [options, &globals, body] { return body(*options, globals); });
    return command;
  };
  add("show", "What a model's files hold", "MODEL", show)
      ->add_flag("--json", options->json, "print JSON");
  add("hash", "The hash that stands for a model in the keys of results", "MODEL", hash);
  add("convert", "Write any model as a folder of Lacuna's", "MODEL", convert)
      ->add_option("OUT", options->out, "the folder to make")
      ->required();
  auto* made = add("init", "Write a model with random weights", "", init);
  made->add_option("CONFIG", options->config,
                   fmt::format("{}, or a config.json", fmt::join(known_model_names(), ", ")))
      ->required();
  made->add_option("OUT", options->out, "the folder or, for openai, the .pt file to make")
      ->required();
  made->add_option("--seed", options->seed, "draws other weights");
  made->add_option("--format", options->format, "lacuna (a folder) or openai (an archive)")
      ->check(CLI::IsMember({"lacuna", "openai"}));
}

}  // namespace lacuna
