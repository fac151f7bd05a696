//===- ModelConfig.cpp - Whether a folder's weights are the program's model's -----===//

#include "files/ModelConfig.h"
#include "files/ReadText.h"
#include "program/Error.h"

#include <filesystem>

using namespace shardrt;

std::string shardrt::checkModelConfig(const std::string &folder, const Manifest &manifest, bool mismatchIsAllowed) {
  if (manifest.modelKeys.empty())
    return "";
  std::string path = folder + "/config.json";
  if (std::error_code error; !std::filesystem::exists(path, error))
    return fmt::format("{} has no config.json that says which model its weights are of", folder);
  JsonDocument document(path, readText(path));
  std::vector<std::string> mismatches = findMismatches(manifest.modelKeys, document.root());
  if (mismatches.empty())
    return "";
  std::string sentence = fmt::format("{}: the weights are of another model: {}", path, fmt::join(mismatches, "; "));
  if (!mismatchIsAllowed)
    fail(Exit::BadInput, "{}; --allow-config-mismatch takes them all the same", sentence);
  return sentence;
}
