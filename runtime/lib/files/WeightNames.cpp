//===- WeightNames.cpp - Names of a checkpoint and names of a program -----------===//

#include "files/WeightNames.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

using namespace shardrt;

WeightNames::WeightNames(const Manifest &manifest) {
  std::map<std::string, int64_t> prefixes;
  for (size_t i = 0; i < manifest.parameters.size(); ++i) {
    const Parameter &parameter = manifest.parameters[i];
    Match &match = known.emplace(parameter.tensorName(), Match{Kind::Parameter, {}}).first->second;
    match.parameters.push_back(i);
    for (const std::string &alias : parameter.aliases)
      known.emplace(alias, Match{Kind::Alias, {i}});
    size_t dot = parameter.name.find('.');
    if (dot != std::string::npos)
      ++prefixes[parameter.name.substr(0, dot + 1)];
  }
  auto fewer = [](const auto &a, const auto &b) { return a.second < b.second; };
  if (!prefixes.empty())
    prefix = std::max_element(prefixes.begin(), prefixes.end(), fewer)->first;
}

static bool isBuffer(const std::string &name) {
  static constexpr const char *suffixes[] = {"rotary_emb.inv_freq", "attn.bias", "attn.masked_bias"};
  return std::any_of(std::begin(suffixes), std::end(suffixes),
                     [&](const std::string &suffix) { return name == suffix || name.ends_with("." + suffix); });
}

WeightNames::Match WeightNames::find(const std::string &name) const {
  if (auto at = known.find(name); at != known.end())
    return at->second;
  if (auto at = known.find(prefix + name); at != known.end())
    return at->second;
  return {isBuffer(name) ? Kind::Buffer : Kind::Unknown, {}};
}

std::vector<CheckpointTensor> shardrt::listTensors(const Manifest &manifest) {
  std::vector<CheckpointTensor> tensors;
  std::unordered_map<std::string, size_t> indices;
  for (size_t i = 0; i < manifest.parameters.size(); ++i) {
    const std::string &name = manifest.parameters[i].tensorName();
    auto [at, isNew] = indices.emplace(name, tensors.size());
    if (isNew)
      tensors.push_back({name, {}});
    tensors[at->second].parameters.push_back(i);
  }
  return tensors;
}

/// Returns the first names of a list, and how many more there are.
static std::string listNames(const std::vector<std::string> &names) {
  constexpr size_t most = 8;
  std::string text = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<ptrdiff_t>(std::min(most, names.size())), ", "));
  return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

std::string shardrt::describeDifference(const std::vector<std::string> &missing,
                                        const std::vector<std::string> &leftOver) {
  std::string text;
  if (!missing.empty())
    text = fmt::format("{} of the model's tensors {} missing: {}", missing.size(), missing.size() == 1 ? "is" : "are",
                       listNames(missing));
  if (!leftOver.empty())
    text += fmt::format("{}{} {} no use in the model: {}", missing.empty() ? "" : "; ", leftOver.size(),
                        leftOver.size() == 1 ? "tensor has" : "tensors have", listNames(leftOver));
  return text;
}
