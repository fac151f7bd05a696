//===- Runtime.h - The runtime's functions, as tests see them called ---------------------------===//
#ifndef SHARDC_TEST_CONVERSION_RUNTIME_H
#define SHARDC_TEST_CONVERSION_RUNTIME_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardc::test {

/// What shardrt_coordinate returns.
extern int64_t coordinate;
/// What shardrt_collective returns.
extern int32_t collectiveStatus;
/// A line for each call of the runtime; addresses are offsets from `arenaStart`.
extern std::vector<std::string> calls;
extern const char *arenaStart;

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_RUNTIME_H
