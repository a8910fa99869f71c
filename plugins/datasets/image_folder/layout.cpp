#include "layout.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lacuna/lacuna.hpp"
#include "pictures/folders.hpp"

namespace lacuna::folder {
namespace {

namespace fs = std::filesystem;
using pictures::Contents;

// The folders of `root` that hold pictures, and those that hold folders only.
struct Tree {
  std::map<std::string, Contents> leaves, branches;
};

Tree read_tree(const fs::path& root, const Contents& top) {
  Tree tree;
  for (const auto& name : top.folders) {
    auto inner = pictures::contents_of(root / name);
    const bool branch = inner.pictures.empty() && !inner.folders.empty();
    (branch ? tree.branches : tree.leaves).emplace(name, std::move(inner));
  }
  const bool any = std::any_of(tree.leaves.begin(), tree.leaves.end(),
                               [](const auto& leaf) { return !leaf.second.pictures.empty(); });
  if (any && !tree.branches.empty())
    throw ConfigError(root.string() + ": '" + tree.leaves.begin()->first +
                      "' holds pictures and '" + tree.branches.begin()->first +
                      "' holds folders (expected <class>/<picture> or <split>/<class>/<picture> "
                      "throughout)");
  if (!any && tree.branches.empty())
    throw ConfigError(root.string() +
                      ": holds no pictures in class folders (expected <class>/<picture> or "
                      "<split>/<class>/<picture>)");
  return tree;
}

class Reader {
 public:
  Reader(fs::path root, Layout& layout) : root_(std::move(root)), layout_(layout) {}

  // Counts what is no class folder or picture in a folder that should hold nothing else.
  void pass_over(const fs::path& folder, const Contents& contents, bool pictures_too) {
    auto names = contents.others;
    if (pictures_too)
      names.insert(names.end(), contents.pictures.begin(), contents.pictures.end());
    else
      nested(folder, contents.folders);
    std::erase(names, folder.empty() ? "taxonomy.json" : "");
    ignored_.add(folder, names);
  }

  std::vector<Picture> pictures_of(const fs::path& folder, const Contents& contents) {
    pass_over(folder, contents, /*pictures_too=*/false);
    const auto name = folder.filename().string();
    if (contents.pictures.empty())
      throw ConfigError((root_ / folder).string() + ": holds no pictures");
    std::vector<Picture> all;
    for (const auto& picture : contents.pictures)
      all.push_back({name, (folder / picture).generic_string()});
    return all;
  }

  void note() {
    ignored_.note(layout_.notes);
    if (!nested_.empty())
      layout_.notes.push_back("ignored: folders inside class folders (" +
                              pictures::some_of(nested_) + ")");
  }

 private:
  void nested(const fs::path& folder, const std::vector<std::string>& names) {
    for (const auto& name : names) nested_.push_back((folder / name).generic_string());
  }

  fs::path root_;
  Layout& layout_;
  pictures::Ignored ignored_;
  std::vector<std::string> nested_;
};

void read_splits(const Tree& tree, const fs::path& root, Reader& reader, Layout& layout) {
  for (const auto& [split, contents] : tree.branches) {
    check_name(split, root.string() + ": a split's folder");
    reader.pass_over(split, contents, /*pictures_too=*/true);
    auto& pictures = layout.splits[split];
    for (const auto& name : contents.folders) {
      const auto folder = fs::path(split) / name;
      const auto found = reader.pictures_of(folder, pictures::contents_of(root / folder));
      pictures.insert(pictures.end(), found.begin(), found.end());
      layout.classes.push_back(name);
    }
  }
  for (const auto& [name, empty] : tree.leaves)
    throw ConfigError((root / name).string() + ": holds no class folders");
  std::sort(layout.classes.begin(), layout.classes.end());
  layout.classes.erase(std::unique(layout.classes.begin(), layout.classes.end()),
                       layout.classes.end());
}

// Which of `count` pictures are drawn for the test; at least one, and not all, unless all or none
// are wanted.
std::vector<bool> drawn(std::size_t count, const Draw& draw, const std::string& name) {
  const auto n = static_cast<std::int64_t>(count);
  auto tests = static_cast<std::int64_t>(std::llround(draw.fraction * static_cast<double>(n)));
  if (draw.fraction > 0 && draw.fraction < 1) tests = std::clamp<std::int64_t>(tests, 1, n - 1);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SplitMix random(derive_seed(static_cast<std::uint64_t>(draw.seed), "split/" + name));
  std::vector<bool> chosen(count, false);
  for (std::int64_t i = 0; i < tests; ++i) {
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(random.between(i, n - 1))]);
    chosen[order[static_cast<std::size_t>(i)]] = true;
  }
  return chosen;
}

void draw_splits(const std::vector<Picture>& all, const fs::path& root, const Draw& draw,
                 Layout& layout) {
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const auto& name = all[begin].class_folder;
    while (end < all.size() && all[end].class_folder == name) ++end;
    if (end - begin < 2 && draw.fraction > 0 && draw.fraction < 1)
      throw ConfigError((root / name).string() +
                        ": holds one picture (two or more are needed to split them into train and "
                        "test; split_fraction 1 makes all of them test)");
    const auto chosen = drawn(end - begin, draw, name);
    for (auto i = begin; i < end; ++i)
      layout.splits[chosen[i - begin] ? "test" : "train"].push_back(all[i]);
  }
  layout.notes.push_back(draw.fraction <= 0 ? "train: all pictures (split_fraction is 0)"
                         : draw.fraction >= 1
                             ? "test: all pictures (split_fraction is 1)"
                             : "train and test: drawn by class with split_fraction and split_seed");
}

void list_splits(const std::vector<Picture>& all, const Description& description, Layout& layout) {
  std::map<std::string, const Picture*> by_path;
  for (const auto& picture : all) by_path.emplace(picture.path, &picture);
  std::map<std::string, std::string> taken;
  for (const auto& [split, paths] : description.splits) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto place =
          description.file.string() + ": splits." + split + "[" + std::to_string(i) + "]: '";
      const auto found = by_path.find(paths[i]);
      if (found == by_path.end())
        throw ConfigError(place + paths[i] + "': no such picture (expected <class>/<picture>)");
      const auto [other, is_new] = taken.emplace(paths[i], split);
      if (!is_new) throw ConfigError(place + paths[i] + "': is in " + other->second + " as well");
      layout.splits[split].push_back(*found->second);
    }
  }
  if (taken.size() < all.size())
    layout.notes.push_back("ignored: " + std::to_string(all.size() - taken.size()) +
                           " pictures that no split of taxonomy.json names");
}

}  // namespace

Layout find_pictures(const fs::path& root, const Description& description, const Draw& draw) {
  Layout layout;
  const auto top = pictures::contents_of(root);
  const auto tree = read_tree(root, top);
  Reader reader(root, layout);
  reader.pass_over("", top, /*pictures_too=*/true);
  if (!tree.branches.empty()) {
    if (!description.splits.empty())
      throw ConfigError(description.file.string() +
                        ": splits: the folders are splits already (leave splits out, or keep the "
                        "pictures as <class>/<picture>)");
    read_splits(tree, root, reader, layout);
  } else {
    std::vector<Picture> all;
    for (const auto& [name, contents] : tree.leaves) {
      layout.classes.push_back(name);
      const auto found = reader.pictures_of(name, contents);
      all.insert(all.end(), found.begin(), found.end());
    }
    if (description.splits.empty())
      draw_splits(all, root, draw, layout);
    else
      list_splits(all, description, layout);
  }
  reader.note();
  if (!layout.splits.contains("test"))
    layout.notes.push_back("there is no split 'test': an evaluation has to name another");
  return layout;
}

}  // namespace lacuna::folder
