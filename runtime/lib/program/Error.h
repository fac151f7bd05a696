//===- Error.h - Errors and exit codes --------------------------------------===//
//
// Every failure that a user may see is an Error: one sentence, lower case, without a period, and the exit code of the
// process.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_ERROR_H
#define SHARDRT_LIB_PROGRAM_ERROR_H

#include <fmt/format.h>
#include <stdexcept>
#include <string>

namespace shardrt {

/// The exit codes of shard-run.
enum class Exit : int {
  Done = 0,
  Usage = 2,
  BadInput = 3,
  Disagree = 5,
  PeerLost = 6,
  NonFinite = 7,
  NoFit = 8,
  NoDevice = 9,
  Disk = 10,
  Stopped = 75,
};

/// A failure with its sentence and exit code.
class Error : public std::runtime_error {
public:
  Error(Exit exit, const std::string &sentence) : std::runtime_error(sentence), exit(exit) {}
  Exit exit;
};

/// Throws an Error with a formatted sentence.
template <typename... Args> [[noreturn]] void fail(Exit exit, fmt::format_string<Args...> format, Args &&...args) {
  throw Error(exit, fmt::format(format, std::forward<Args>(args)...));
}

/// Prints `shard-run: error: ` and the sentence to standard error.
inline void printError(const Error &error) {
  fmt::print(stderr, "shard-run: error: {}\n", error.what());
}

/// Prints `shard-run (rank 2): error: ` and the sentence, for a rank that is a process among others.
inline void printError(const Error &error, int64_t rank) {
  fmt::print(stderr, "shard-run (rank {}): error: {}\n", rank, error.what());
}

} // namespace shardrt
#endif
