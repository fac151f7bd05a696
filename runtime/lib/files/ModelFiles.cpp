//===- ModelFiles.cpp - What a model folder holds beside the weights --------------===//

#include "files/ModelFiles.h"
#include "files/Output.h"
#include "program/Error.h"
#include "program/Json.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace shardrt;

/// Returns where the string begins whose closing quote is before byte `end`: at the last quote before that one which no
/// backslash escapes.
static size_t beginOfString(const std::string &text, size_t end) {
  auto isEscaped = [&](size_t at) {
    size_t backslashes = 0;
    while (text[at - 1 - backslashes] == '\\')
      ++backslashes;
    return backslashes % 2 == 1;
  };
  size_t at = text.rfind('"', end - 2);
  while (isEscaped(at))
    at = text.rfind('"', at - 1);
  return at;
}

std::string shardrt::withFloat32(const std::string &config, const std::string &source) {
  JsonDocument document(source, config);
  JsonView root = document.root();
  std::vector<std::pair<size_t, size_t>> found; // what to replace, as [begin, end)
  for (const char *key : {"torch_dtype", "dtype"}) {
    if (!root.has(key))
      continue;
    JsonView type = root[key];
    if (type.isNull())
      found.emplace_back(type.end() - std::string_view("null").size(), type.end());
    else if (type.string() != "float32")
      found.emplace_back(beginOfString(config, type.end()), type.end());
  }
  std::sort(found.rbegin(), found.rend());
  std::string text = config;
  for (auto [begin, end] : found)
    text.replace(begin, end - begin, "\"float32\"");
  return text;
}

/// Returns whether a file of this name belongs to a tokenizer or to generation.
static bool isCompanion(const std::string &name) {
  static constexpr const char *names[] = {"vocab.json",
                                          "vocab.txt",
                                          "merges.txt",
                                          "added_tokens.json",
                                          "tekken.json",
                                          "special_tokens_map.json",
                                          "generation_config.json"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names) || name.starts_with("tokenizer") ||
         name.starts_with("chat_template") || name.ends_with(".model");
}

bool shardrt::isModelFile(const std::string &name) {
  return name == "config.json" || (name.starts_with("model") && name.ends_with(".safetensors")) ||
         name == "model.safetensors.index.json" || isCompanion(name);
}

std::vector<Companion> shardrt::listCompanions(const std::string &folder) {
  std::vector<Companion> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored; // a link that leads nowhere is no file
    if (!isCompanion(name) || !std::filesystem::is_regular_file(entry->path(), ignored))
      continue;
    auto bytes = static_cast<int64_t>(std::filesystem::file_size(entry->path(), error));
    if (error)
      break;
    found.push_back({name, bytes});
  }
  if (error)
    fail(Exit::BadInput, "{}: {}", folder, error.message());
  std::sort(found.begin(), found.end(), [](const Companion &a, const Companion &b) { return a.name < b.name; });
  return found;
}

void shardrt::copyFile(const std::string &from, const std::string &to) {
  std::ifstream source(from, std::ios::binary);
  Output target(to);
  std::string buffer(1 << 16, '\0');
  while (source) {
    source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    target.write({buffer.data(), static_cast<size_t>(source.gcount())});
  }
  if (!source.eof())
    fail(Exit::BadInput, "{}: cannot be read", from);
  target.sync();
}
