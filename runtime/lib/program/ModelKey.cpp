//===- ModelKey.cpp - Keys of config.json that figures depend on ------------------===//

#include "program/ModelKey.h"

#include <algorithm>
#include <fmt/format.h>

using namespace shardrt;

std::vector<ModelKey> shardrt::parseModelKeys(const JsonView &json) {
  std::vector<ModelKey> keys;
  for (const JsonView &member : json.members()) {
    ModelKey key;
    key.name = member.key();
    key.value = member["value"].text();
    if (member.has("spellings"))
      key.spellings = member["spellings"].strings();
    if (member.has("synonyms"))
      for (const JsonView &synonym : member["synonyms"].array())
        key.synonyms.push_back(synonym.text());
    if (member.has("absent"))
      key.absent = member["absent"].text();
    if (member.has("null"))
      key.null = member["null"].text();
    if (member.has("replaced_by"))
      key.replacedBy = member["replaced_by"].string();
    keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end(), [](const ModelKey &a, const ModelKey &b) { return a.name < b.name; });
  return keys;
}

/// Returns the value at a path with dots, or nothing where there is none.
static std::optional<JsonView> findValue(const JsonView &config, const std::string &path) {
  size_t dot = path.find('.');
  std::string first = path.substr(0, dot);
  if (!config.isObject() || !config.has(first))
    return std::nullopt;
  return dot == std::string::npos ? config[first] : findValue(config[first], path.substr(dot + 1));
}

namespace {
/// What a config.json says of a key: under which name, and by which value; none where it must say and does not.
struct Found {
  std::string name;
  std::optional<std::string> value;
  bool isDefault;
};
} // namespace

static Found findKey(const ModelKey &key, const JsonView &config) {
  std::vector<std::string> names = key.spellings;
  names.insert(names.begin(), key.name);
  for (const std::string &name : names)
    if (std::optional<JsonView> value = findValue(config, name)) {
      if (!value->isNull())
        return {name, value->text(), false};
      if (key.null)
        return {name, key.null, false};
    }
  return {key.name, key.absent, true};
}

std::vector<std::string> shardrt::findMismatches(const std::vector<ModelKey> &keys, const JsonView &config) {
  std::vector<std::string> mismatches;
  config.members(); // an object, or an error
  for (const ModelKey &key : keys) {
    std::optional<JsonView> other = key.replacedBy.empty() ? std::nullopt : findValue(config, key.replacedBy);
    if (other && !other->isNull())
      continue;
    Found found = findKey(key, config);
    bool agrees = found.value && (*found.value == key.value || std::find(key.synonyms.begin(), key.synonyms.end(),
                                                                         *found.value) != key.synonyms.end());
    if (!agrees)
      mismatches.push_back(fmt::format("{} is {}{}, the program has {}", found.name, found.value.value_or("missing"),
                                       found.value && found.isDefault ? " (the default)" : "", key.value));
  }
  return mismatches;
}
