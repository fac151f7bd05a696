//===- NearestName.cpp - What a misspelt name most likely means --------------------------------===//

#include "shardc/Support/NearestName.h"

using namespace mlir;

StringRef shardc::nearestName(StringRef name, ArrayRef<StringRef> known) {
  unsigned best = std::max<size_t>(2, name.size() / 3) + 1;
  StringRef nearest;
  for (StringRef candidate : known) {
    unsigned distance = name.edit_distance(candidate, /*AllowReplacements=*/true, /*MaxEditDistance=*/best);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
