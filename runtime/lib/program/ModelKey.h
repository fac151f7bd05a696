//===- ModelKey.h - Keys of config.json that figures depend on --------------------===//
#ifndef SHARDRT_LIB_PROGRAM_MODELKEY_H
#define SHARDRT_LIB_PROGRAM_MODELKEY_H

#include "program/Json.h"

#include <optional>

namespace shardrt {

/// A key of config.json that the model's mathematics depends on, and what the program was compiled with. Values are
/// JSON in one spelling, as JsonView::text returns it.
struct ModelKey {
  std::string name;
  std::vector<std::string> spellings; ///< other names, each with dots between objects
  std::string value;
  std::vector<std::string> synonyms;       ///< other values with the same meaning
  std::optional<std::string> absent, null; ///< what absence means, and null where it means something else
  std::string replacedBy;                  ///< a key beside which this one has no effect; or empty
};

/// Parses the manifest's `mathematics`. Throws Error (BadInput).
std::vector<ModelKey> parseModelKeys(const JsonView &json);

/// Returns the keys in which a config.json says another model than the program was compiled for, each with both values.
std::vector<std::string> findMismatches(const std::vector<ModelKey> &keys, const JsonView &config);

} // namespace shardrt
#endif
